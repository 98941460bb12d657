# What goes through the queue. Small things travel inline; large ones in parts
# of their own, beside the queue, so that no script handles them.

inline_bytes <- 65536
part_bytes <- 8 * 2^20

is_large <- function(bytes) length(bytes) > inline_bytes

pack <- function(value) serialize(value, NULL, xdr = FALSE)

# Sends packed bytes ahead if they are large.
# Returns the bytes to put into the queue: themselves, or where to find them;
# NULL if the job has ended meanwhile (its coordinator need not ask: `owner`).
send_large <- function(con, queue, job, bytes, owner = TRUE) {
  if (!is_large(bytes)) return(bytes)
  n <- ceiling(length(bytes) / part_bytes)
  if (n > 1) check_room(con, length(bytes), owner)
  name <- paste0("blob:", job, ":", unique_id())
  keys <- key(queue, paste0(name, ":", seq_len(n)))
  set <- key(queue, "blobs", job)
  sent <- making_room(con, keys, function(i) {
    from <- (i - 1) * part_bytes + 1
    part <- bytes[from:min(i * part_bytes, length(bytes))]
    if (!owner) return(send_part(con, queue, job, keys[i], part))
    # Both again should Redis fall back in between: what the set does not name
    # would stay for ever.
    redis_pipeline(con, list(
      list(c("SADD", set, keys[i])), list(c("SET", keys[i]), part)
    ))
    TRUE
  })
  if (!sent) return(NULL)
  charToRaw(paste(c("@", keys), collapse = " "))
}

# FALSE if the job has ended. Until the script keeps it, the part expires by
# itself: its worker may die right here.
send_part <- function(con, queue, job, name, part) {
  keep <- c(script_call("part", queue, job)[1:2], "3", key(queue, "jobs"))
  repeat {
    kept <- redis_pipeline(con, list(
      list(c("SET", name), part, c("EX", "60")),
      list(c(keep, key(queue, "blobs", job), name, job))
    ))[[2]]
    if (kept >= 0) return(kept == 1)
  }
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

# Whether all parts of the large value that this key names are there.
has_all_parts <- function(con, name) {
  bytes <- redis_call(con, list(c("GET", name)))
  if (is.null(bytes)) return(FALSE)
  keys <- large_keys(bytes)
  redis_call(con, list(c("EXISTS", keys))) == length(keys)
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
