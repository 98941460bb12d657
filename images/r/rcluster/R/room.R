# Large values in a Redis that may hold only so much.

# Calls `send(i)` for the part of each key; FALSE if it says that no more are
# wanted. Several values could wait half-way for each other's room, so each
# gives up its own and starts anew.
making_room <- function(con, keys, send) {
  repeat {
    sent <- tryCatch(
      {
        for (i in seq_along(keys)) if (!send(i)) return(FALSE)
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
