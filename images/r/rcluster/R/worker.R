# The worker's loop.

#' Start a worker in this session
#'
#' Takes tasks from a queue until interrupted. R itself runs in a child process
#' under a small supervisor, which tells Redis that the worker lives, gives its
#' task back should R die, and starts R again.
#'
#' On SIGTERM the worker finishes its task, takes no more and ends; shortly
#' before `grace` is over it gives the task back instead.
#'
#' The environment's `RCLUSTER_POOL` (default `workers`) is the name of the pool
#' that [cluster_info()] shows it in.
#'
#' @param queue name of the queue.
#' @param url `redis://:password@host:6379/0`, or `rediss://` for TLS. Default:
#'   the environment's `REDIS_URL`, or `REDIS_HOST`, `REDIS_PORT`,
#'   `REDIS_USERNAME`, `REDIS_TLS` and `REDIS_PASSWORD_FILE`.
#' @param grace seconds between SIGTERM and the end, for the running task.
#' @param max_tasks iterations after which R starts afresh, between two tasks:
#'   against packages that leak memory. Default: the environment's
#'   `RCLUSTER_MAX_TASKS`, else never. A loop may ask for a fresh R as well, see
#'   `fresh` in [registerRCluster()].
#' @return the exit status of the supervisor, invisibly.
#' @examples
#' \dontrun{
#' worker("jobs", "redis://localhost:6379")
#' }
#' @export
worker <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs"), url = NULL,
                   grace = 30,
                   max_tasks = Sys.getenv("RCLUSTER_MAX_TASKS", "Inf")) {
  check_queue(queue)
  if (!is_number(grace, 0)) {
    refuse("grace", grace, "a number of seconds, or 0")
  }
  most <- as.character(max_tasks_from(max_tasks))
  if (!is.null(url)) {
    from_url(url)
    old <- Sys.getenv("REDIS_URL", NA)
    Sys.setenv(REDIS_URL = url)
    on.exit(Sys.unsetenv("REDIS_URL"))
    if (!is.na(old)) on.exit(Sys.setenv(REDIS_URL = old))
  }
  supervisor <- system.file("bin", "rcluster-supervisor", package = "rcluster")
  if (!nzchar(supervisor)) {
    stop("workers run on Linux and macOS; this system can only submit tasks",
      call. = FALSE
    )
  }
  status <- system2(supervisor,
    shQuote(c(
      system.file("lua", package = "rcluster"), queue, grace,
      file.path(R.home("bin"), "Rscript"), "-e", "rcluster:::work()", queue
    )),
    env = paste0("RCLUSTER_MAX_TASKS=", most)
  )
  invisible(status)
}

# What R runs under the supervisor.
work <- function(queue = utils::tail(commandArgs(TRUE), 1)) {
  remember_start()
  start_capture()
  id <- Sys.getenv("RCLUSTER_WORKER")
  Sys.unsetenv("RCLUSTER_WORKER") # an R that a task starts is no worker
  con <- connect_patiently(redis_endpoint())
  check_protocol(con, queue)
  loop <- new_loop(con, queue, id)
  ready <- Sys.getenv("RCLUSTER_READY")
  if (nzchar(ready)) file.create(ready)
  suspendInterrupts(run_tasks(loop))
  quit("no", status = 0, runLast = FALSE)
}

# At its start a worker waits for Redis.
connect_patiently <- function(endpoint) {
  said <- new.env(parent = emptyenv())
  repeat {
    con <- tryCatch(redis_connect(endpoint), error = identity)
    if (!inherits(con, "error")) return(con)
    say_once(said, paste0(conditionMessage(con), "; waiting"))
    Sys.sleep(1)
  }
}

new_loop <- function(con, queue, worker) {
  loop <- new.env(parent = emptyenv())
  loop$con <- con
  loop$queue <- queue
  loop$worker <- worker
  lease <- as.numeric(text_or(Sys.getenv("RCLUSTER_LEASE"), "10"))
  loop$lease <- as.character(1000 * lease)
  loop$sequence <- take_variable("RCLUSTER_SEQUENCE")
  loop$max_tasks <- max_tasks_from(Sys.getenv("RCLUSTER_MAX_TASKS", "Inf"))
  loop$tasks <- 0
  loop$used <- FALSE
  held <- Sys.getenv("RCLUSTER_HELD")
  loop$notes <- nzchar(held) && .Call(rc_hold_in, held)
  loop$member <- ""
  loop$result <- raw()
  loop$running <- FALSE
  loop$looked <- -Inf
  loop$bell <- c("BLPOP", key(queue, "bell"))
  forget_job(loop)
  loop
}

# The next task is of another job.
forget_job <- function(loop, job_id = "") {
  loop$job <- NULL
  loop$stock_id <- NULL
  loop$call <- NULL
  loop$job_id <- job_id
  loop$prefix <- paste0(job_id, "/")
}

# Publishes the last result and takes the next task; FALSE when draining.
take_task <- function(loop) {
  bell <- NULL
  repeat {
    loop$sequence <- loop$sequence + 1
    reply <- step(loop, bell)
    if (reply[[1]] == 0 && length(loop$result)) {
      drop_large(loop$con, loop$queue, loop$job_id, loop$result)
    }
    loop$member <- ""
    loop$result <- raw()
    if (length(reply) > 2) {
      loop$member <- rawToChar(reply[[3]])
      loop$payload <- reply[[4]]
      if (loop$notes) .Call(rc_hold, paste(loop$member, loop$worker))
      if (loop$tasks >= loop$max_tasks) renew(loop)
      return(TRUE)
    }
    if (loop$notes) .Call(rc_hold, "")
    if (identical(rawToChar(reply[[2]]), "drain")) return(FALSE)
    idle <- idle_seconds(loop)
    looked <- now() - loop$looked
    if (looked > idle) {
      loop$looked <- now()
      if (serve_stock(loop)) next
      looked <- 0
    }
    bell <- c(loop$bell, sprintf("%.3f", idle - looked + 0.001))
  }
}

# `bell`: the command that waits first. Both go out at once: Redis runs the step
# as soon as the bell rings, a round trip earlier.
step <- function(loop, bell = NULL) {
  if (is.null(loop$call)) {
    loop$call <- script_call("step", loop$queue, loop$job_id)
  }
  command <- list(loop$call, c(
    loop$worker, sprintf("%.0f", loop$sequence), loop$lease,
    loop$member
  ), loop$result)
  if (is.null(bell)) return(redis_call(loop$con, command))
  replies <- redis_try(loop$con, list(list(bell), command), timeout_seconds + 5)
  # Without waiting again: the step may have taken a task.
  if (is.null(replies)) redis_call(loop$con, command) else replies[[2]]
}

# Until it is to take no more. What catches the errors of bodies is set up once:
# for each of them it would cost more than all the rest of a task.
run_tasks <- function(loop) {
  repeat {
    condition <- tryCatch(
      withCallingHandlers(
        while (!is.null(loop$block) || take_task(loop)) run_task(loop),
        error = function(e) if (loop$running) loop$stack <- sys.calls()
      ),
      interrupt = identity, error = identity
    )
    if (is.null(condition)) return(invisible())
    if (!loop$running) stop(condition)
    loop$running <- FALSE
    if (inherits(condition, "interrupt")) {
      give_up_if_unwanted(loop)
    } else {
      keep_value(loop, describe_error(condition, loop$stack))
    }
  }
}

# Runs what is left of the block: one of its iterations may have ended with an
# error.
run_task <- function(loop) {
  if (is.null(loop$block) && !open_task(loop)) return(invisible())
  block <- loop$block
  while (loop$ran < length(block$args)) {
    i <- loop$ran + 1
    value <- loop$job
    if (!inherits(value, "error")) {
      news$iteration <- i
      loop$running <- TRUE
      value <- run_iteration(value, block$args[[i]], block$seeds[[i]])
      loop$running <- FALSE
    }
    keep_value(loop, value)
  }
  loop$block <- NULL
  count_tasks(loop, length(block$args))
  # In this order: see src/results.h.
  result <- list(
    slot = block$slot, first = block$first, values = loop$values,
    seconds = now() - loop$began, events = loop$events, news = rest_of_news()
  )
  bytes <- pack(result)
  if (is_large(bytes)) bytes <- send_result(loop, bytes)
  if (is.null(bytes)) loop$member <- "" else loop$result <- bytes
}

# A block that is too large is sent again in parts, see open_failure().
send_result <- function(loop, bytes) {
  tryCatch(
    send_large(loop$con, loop$queue, loop$job_id, bytes, owner = FALSE),
    too_large = function(e) {
      id <- sub(".*/", "", loop$member)
      what <- if (endsWith(id, "+")) "lost" else "failed"
      charToRaw(paste(id, what, conditionMessage(e)))
    }
  )
}

# The number of a call is also a count, for the supervisor's beat: iterations
# done in millions, calls since then in ones.
count_tasks <- function(loop, n) {
  loop$tasks <- loop$tasks + n
  loop$sequence <- (loop$sequence %/% 1e6 + n) * 1e6
}

# FALSE if a part of the block or of its job is gone, with a Redis that came back
# empty: its coordinator, if still there, is told, and sends all of it again.
open_task <- function(loop) {
  if (!startsWith(loop$member, loop$prefix)) {
    forget_job(loop, sub("/[^/]*$", "", loop$member))
  }
  loop$began <- now()
  payload <- fetch_large(loop$con, loop$payload)
  if (is.null(loop$job)) loop$job <- load_job(loop)
  if (!length(payload) || is.null(loop$job)) {
    id <- sub(".*/", "", loop$member)
    loop$result <- charToRaw(paste(id, "gone parts of it"))
    wait_a_little()
    return(FALSE)
  }
  loop$block <- unserialize(payload)
  loop$ran <- 0
  loop$values <- vector("list", length(loop$block$args))
  loop$events <- NULL
  start_news(loop)
  TRUE
}

# Errors count as events: their results are looked at one by one.
keep_value <- function(loop, value) {
  i <- loop$ran <- loop$ran + 1
  if (!is.null(value)) loop$values[[i]] <- value
  captured <- take_captured()
  if (length(captured)) {
    loop$events[[as.character(i)]] <- captured
  } else if (is.null(loop$events) && inherits(value, "error")) {
    loop$events <- list()
  }
}

# After an interrupt: its job may have been cancelled, or it was meant for the
# task before; then the iteration runs again.
give_up_if_unwanted <- function(loop) {
  take_captured()
  wanted <- redis_call(loop$con, list(c(
    "ZSCORE", key(loop$queue, "jobs"), loop$job_id
  )))
  if (!is.null(wanted)) return(invisible())
  loop$block <- NULL
  loop$member <- ""
}

load_job <- function(loop) {
  variables <- key(loop$queue, "env", loop$job_id)
  env <- redis_call(loop$con, list(c("GET", variables)))
  bytes <- if (!is.null(env)) fetch_large(loop$con, env)
  if (is.null(bytes)) return(NULL)
  description <- tryCatch(unserialize(bytes), error = identity)
  if (inherits(description, "error")) return(description)
  if (isTRUE(description$fresh) && loop$used) renew(loop)
  loop$used <- TRUE
  tryCatch(prepare_job(description), error = identity)
}
