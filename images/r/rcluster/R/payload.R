# What goes through the queue. Small things travel inline; large ones in parts
# of their own, beside the queue, so that no script handles them.

inline_bytes <- 65536
part_bytes <- 8 * 2^20

pack <- function(value) serialize(value, NULL, xdr = FALSE)

# Sends packed bytes ahead if they are large.
# Returns the bytes to put into the queue: themselves, or where to find them;
# NULL if the job has ended meanwhile (its coordinator need not ask: `owner`).
send_large <- function(con, queue, job, bytes, owner = TRUE) {
  if (length(bytes) <= inline_bytes) return(bytes)
  n <- ceiling(length(bytes) / part_bytes)
  if (n > 1) check_room(con, length(bytes), owner)
  name <- paste0("blob:", job, ":", unique_id())
  keys <- key(queue, paste0(name, ":", seq_len(n)))
  set <- key(queue, "blobs", job)
  if (owner) redis_call(con, list(c("SADD", set, keys)))
  guarded <- if (!owner) c(script_call("part", queue, job)[1:2], "3")
  send_part <- function(i) {
    from <- (i - 1) * part_bytes + 1
    part <- bytes[from:min(i * part_bytes, length(bytes))]
    command <- if (owner) {
      c("SET", keys[i])
    } else {
      c(guarded, key(queue, "jobs"), set, keys[i], job)
    }
    !identical(redis_call(con, list(command, part)), 0)
  }
  if (!send_parts(con, keys, send_part)) return(NULL)
  charToRaw(paste(c("@", keys), collapse = " "))
}

# FALSE if one of them is not wanted any more. In a full Redis several values
# could wait half-way for each other's room, so each makes room and starts anew.
send_parts <- function(con, keys, send_part) {
  repeat {
    sent <- tryCatch(
      {
        for (i in seq_along(keys)) if (!send_part(i)) return(FALSE)
        TRUE
      },
      redis_full = identity
    )
    if (isTRUE(sent)) return(TRUE)
    redis_call(con, list(c("UNLINK", keys)))
    Sys.sleep(0.5 + 2 * fraction())
  }
}

# Stops where waiting for room would be for ever. Redis takes a quarter more
# than the bytes, and holds parts that come and go twice.
check_room <- function(con, n, owner) {
  info <- rawToChar(redis_call(con, list(c("INFO", "memory"))))
  most <- as.numeric(sub(".*\\nmaxmemory:(\\d+).*", "\\1", info))
  needed <- 1.25 * (n + 2 * part_bytes)
  if (is.na(most) || most == 0 || needed <= most) return(invisible())
  text <- sprintf(
    "%s %s, more than Redis has room for (maxmemory is %s)",
    if (owner) "a task's variables or arguments take" else "its value takes",
    in_bytes(n), in_bytes(most)
  )
  stop(structure(
    class = c("too_large", "error", "condition"),
    list(message = text, call = NULL)
  ))
}

in_bytes <- function(n) {
  format(structure(n, class = "object_size"), units = "auto", standard = "SI")
}

# The opposite. NULL if the parts are gone.
fetch_large <- function(con, bytes) {
  if (length(bytes) == 0 || bytes[1] != as.raw(0x40)) return(bytes)
  keys <- large_keys(bytes)
  parts <- lapply(keys, function(k) {
    redis_call(con, list(c("GET", k)))
  })
  if (any(vapply(parts, is.null, NA))) NULL else unlist(parts)
}

large_keys <- function(bytes) strsplit(rawToChar(bytes), " ")[[1]][-1]

drop_large <- function(con, queue, job, bytes) {
  if (length(bytes) == 0 || bytes[1] != as.raw(0x40)) return(invisible())
  keys <- large_keys(bytes)
  redis_call(con, list(c("UNLINK", keys)))
  redis_call(con, list(c("SREM", key(queue, "blobs", job), keys)))
}

unique_id <- local({
  count <- 0
  function() {
    count <<- count + 1
    time <- as.numeric(Sys.time())
    sprintf(
      "%x%x%x-%x", Sys.getpid(), as.integer(time %% 2^31),
      as.integer((time * 1e6) %% 2^30), as.integer(count)
    )
  }
})
