# A connection to Redis that comes back by itself. All that is sent over it may
# be sent twice, so a call whose reply is lost is simply repeated.

timeout_seconds <- 10

redis_connect <- function(endpoint, wait = 0) {
  con <- new.env(parent = emptyenv())
  con$endpoint <- endpoint
  con$epoch <- 0L
  end <- Sys.time() + wait
  tries <- 0
  repeat {
    problem <- open_connection(con)
    tries <- tries + 1
    busy <- problem %in% c("no reply in time", "Server closed the connection")
    if (is.null(problem) || is_refusal(problem)) break
    if (Sys.time() >= end && !(busy && tries < 3)) break
    if (Sys.time() < end) {
      say_when_long(con, problem, end - wait)
      wait_a_little()
    }
  }
  if (!is.null(problem)) {
    stop(sprintf(
      "Redis at %s:%d cannot be used: %s", endpoint$host, endpoint$port, problem
    ), call. = FALSE)
  }
  con
}

open_connection <- function(con) {
  e <- con$endpoint
  # Short when trying again: the network may be back at any time.
  patience <- if (con$epoch == 0) 5000L else 1500L
  pointer <- .Call(
    rc_open, e$host, e$port, e$user, endpoint_password(e), e$database, e$tls,
    e$ca, patience
  )
  if (inherits(pointer, "rc_error")) return(as.vector(pointer))
  con$pointer <- pointer
  con$epoch <- con$epoch + 1L
  loaded <- .Call(rc_pipeline, pointer, script_loads(), timeout_seconds)
  if (inherits(loaded, "rc_error")) return(as.vector(loaded))
  failed <- Filter(function(reply) inherits(reply, "rc_error"), loaded)
  if (length(failed)) return(as.vector(failed[[1]]))
  keep_hashes(loaded)
  con$said <- NULL
  NULL
}

redis_close <- function(con) .Call(rc_close, con$pointer)

redis_call <- function(con, command, timeout = timeout_seconds) {
  repeat {
    reply <- .Call(rc_call, con$pointer, command, timeout)
    if (!inherits(reply, "rc_error")) return(reply)
    recover(con, reply)
  }
}

# `spare`: of so many commands, the first ones, the refusal of a full Redis is a
# reply like others (see is_full).
redis_pipeline <- function(con, commands, timeout = timeout_seconds,
                           spare = 0) {
  repeat {
    replies <- redis_try(con, commands, timeout, spare)
    if (!is.null(replies)) return(replies)
  }
}

# NULL if that failed and may be done again.
redis_try <- function(con, commands, timeout = timeout_seconds, spare = 0) {
  replies <- .Call(rc_pipeline, con$pointer, commands, timeout)
  broken <- inherits(replies, "rc_error")
  problem <- if (broken) replies else first_error(replies, spare)
  if (is.null(problem)) return(replies)
  recover(con, problem)
  NULL
}

first_error <- function(replies, spare) {
  for (i in seq_along(replies)) {
    reply <- replies[[i]]
    if (inherits(reply, "rc_error") && !(i <= spare && is_full(reply))) {
      return(reply)
    }
  }
  NULL
}

is_full <- function(reply) {
  inherits(reply, "rc_error") && grepl("^OOM|OOM command", as.vector(reply))
}

# Errors that pass by themselves, or when somebody mends the server.
passing <- paste0(
  "^(LOADING|BUSY|TRYAGAIN|MASTERDOWN|CLUSTERDOWN|READONLY|NOREPLICAS|MISCONF|",
  "UNKILLABLE|ERR max number of clients)"
)

# Returns when the call may be repeated; stops where that would not help.
recover <- function(con, problem) {
  message <- as.vector(problem)
  switch(attr(problem, "kind"),
    interrupt = {
      reconnect(con)
      interrupt()
    },
    connection = reconnect(con),
    reply = if (startsWith(message, "NOSCRIPT")) {
      reconnect(con)
    } else if (grepl(passing, message)) {
      say_once(con, paste("Redis says", message))
      wait_a_little()
    } else if (is_full(problem)) {
      say_full(con)
      signalCondition(structure(
        class = c("redis_full", "condition"),
        list(message = message, call = NULL)
      ))
      wait_a_little()
    } else {
      stop("Redis: ", message, call. = FALSE)
    }
  )
}

reconnect <- function(con) {
  started <- Sys.time()
  repeat {
    problem <- open_connection(con)
    if (is.null(problem)) return(invisible())
    if (is_refusal(problem)) stop("Redis: ", problem, call. = FALSE)
    say_when_long(con, problem, started)
    wait_a_little()
  }
}

# What waiting does not mend.
is_refusal <- function(problem) {
  grepl("^(WRONGPASS|NOAUTH|NOPERM)|invalid password", problem)
}

say_when_long <- function(con, problem, since) {
  if (Sys.time() - since > 5) {
    say_once(con, sprintf("no Redis (%s); trying again", problem))
  }
}

say_full <- function(con) {
  say_once(con, "Redis is full; waiting until there is room")
}

wait_a_little <- function() Sys.sleep(0.1 + 0.2 * fraction())

# Jitter that leaves the user's random numbers alone.
fraction <- function() as.numeric(Sys.time()) %% 1

say_once <- function(con, text) {
  if (identical(con$said, text)) return(invisible())
  con$said <- text
  # Not a message: in a worker those are the task's.
  cat("rcluster: ", text, "\n", sep = "", file = stderr())
}

interrupt <- function() {
  condition <- structure(list(), class = c("interrupt", "condition"))
  signalCondition(condition)
  invokeRestart("abort")
}
