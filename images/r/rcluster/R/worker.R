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
  suspendInterrupts(while (take_task(loop)) run_task(loop))
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
  loop$member <- ""
  loop$result <- raw()
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
    state <- rawToChar(reply[[2]])
    if (state == "task") {
      loop$member <- rawToChar(reply[[3]])
      loop$payload <- reply[[4]]
      if (loop$tasks >= loop$max_tasks) renew(loop)
      return(TRUE)
    }
    if (state == "drain") return(FALSE)
    if (serve_stock(loop)) next
    bell <- c(loop$bell, idle_seconds(loop))
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

run_task <- function(loop) {
  if (!startsWith(loop$member, loop$prefix)) {
    forget_job(loop, sub("/[^/]*$", "", loop$member))
  }
  started <- now()
  payload <- fetch_large(loop$con, loop$payload)
  if (is.null(loop$job)) loop$job <- load_job(loop)
  # Gone with a Redis that came back empty, or with its job: the coordinator
  # sends again what it still wants.
  if (!length(payload) || is.null(loop$job)) {
    loop$member <- ""
    wait_a_little()
    return(invisible())
  }
  block <- unserialize(payload)
  n <- length(block$args)
  loop$tasks <- loop$tasks + n
  values <- vector("list", n)
  events <- NULL
  start_news(loop, block$id)
  for (i in seq_len(n)) {
    news$iteration <- i
    value <- run_wanted(loop, block$args[[i]], block$seeds[[i]])
    if (inherits(value, "interrupt")) {
      loop$member <- ""
      return(invisible())
    }
    if (!is.null(value)) values[[i]] <- value
    captured <- take_captured()
    if (length(captured)) events[[as.character(i)]] <- captured
  }
  result <- list(
    id = block$id, first = block$first, values = values, events = events,
    seconds = now() - started, news = rest_of_news()
  )
  bytes <- send_large(loop$con, loop$queue, loop$job_id, pack(result), FALSE)
  if (is.null(bytes)) loop$member <- "" else loop$result <- bytes
}

# The value of an iteration, or an interrupt if its job was cancelled. One meant
# for the task before is no reason to stop.
run_wanted <- function(loop, args, seed) {
  if (inherits(loop$job, "error")) return(loop$job)
  repeat {
    value <- run_iteration(loop$job, args, seed)
    if (!inherits(value, "interrupt")) return(value)
    wanted <- redis_call(loop$con, list(c(
      "ZSCORE", key(loop$queue, "jobs"), loop$job_id
    )))
    if (is.null(wanted)) return(value)
    take_captured()
  }
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
