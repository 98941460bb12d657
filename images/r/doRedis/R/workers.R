#' Start workers
#'
#' `redisWorker()` makes this session a worker, until it is interrupted or the
#' queue is removed with [removeQueue()]. `startLocalWorkers()` starts workers
#' in the background, on this machine.
#'
#' The worker's R runs in a process of its own: should a task kill it, it is
#' started again.
#'
#' @param queue name of the queue. Of several, each gets a worker.
#' @param host,port,password where Redis is. What is not given is taken from
#'   [redisConnect()], or from the environment.
#' @param iter only `Inf`: these workers do not count their tasks.
#' @param linger seconds that workers stay after the queue is removed.
#' @param log a file name for messages, or the default: the terminal.
#' @param connected `TRUE` to use the Redis of [redisConnect()].
#' @param loglevel no effect.
#' @param timelimit only 0. Time limits belong to a loop:
#'   `.options.rcluster = list(timeout = 60)`.
#' @param n number of workers.
#' @param Rbin the `R` program of the workers.
#' @param ... as in [redisConnect()].
#' @return `NULL`, invisibly.
#' @examples
#' \dontrun{
#' startLocalWorkers(2, "jobs")
#' redisWorker("jobs")
#' }
#' @export
redisWorker <- function(queue, host = "localhost", port = 6379, iter = Inf,
                        linger = 30, log = stderr(), connected = FALSE,
                        password = NULL, loglevel = 0, timelimit = 0, ...) {
  refuse_limits(iter, timelimit)
  given <- list(...)
  if (!missing(host)) given$host <- host
  if (!missing(port)) given$port <- port
  given$password <- password
  if (!connected) do.call(redisConnect, given)
  endpoint <- connection()$endpoint
  with_environment(child_environment(endpoint), {
    keep_workers(queue, linger, log_file(log))
  })
  invisible()
}

#' @rdname redisWorker
#' @export
startLocalWorkers <- function(n, queue, host = "localhost", port = 6379,
                              iter = Inf, linger = 30, log = stdout(),
                              Rbin = file.path(R.home("bin"), "R"),
                              password, ...) {
  given <- list(...)
  refuse_limits(iter, if (is.null(given$timelimit)) 0 else given$timelimit)
  if (!missing(host)) given$host <- host
  if (!missing(port)) given$port <- port
  if (!missing(password)) given$password <- password
  given <- given[names(given) %in% c(
    "host", "port", "password", "url", "user", "database", "tls"
  )]
  endpoint <- if (length(given) || is.null(session$con)) {
    do.call(redis_endpoint, given)
  } else {
    session$con$endpoint
  }
  con <- redis_connect(endpoint)
  for (name in queue) {
    redis_call(con, list("SETNX", live_key(name), serialize("", NULL)))
  }
  # A session of its own, so that Ctrl-C here does not end the workers.
  apart <- Sys.which("setsid")
  command <- c(
    if (nzchar(apart)) apart,
    Rbin, "--no-echo", "--no-restore", "--no-init-file", "-e",
    "doRedis:::keep_workers_from_command_line()", "--args",
    linger, log_file(log), rep(queue, n)
  )
  with_environment(child_environment(endpoint), {
    system2(command[1], shQuote(command[-1]), wait = FALSE)
  })
  invisible()
}

refuse_limits <- function(iter, timelimit) {
  if (is.finite(iter)) {
    stop("these workers do not count their tasks: 'iter' can only be Inf",
      call. = FALSE
    )
  }
  if (timelimit > 0) {
    stop("time limits belong to a loop: .options.rcluster = list(timeout = ",
      timelimit, ")",
      call. = FALSE
    )
  }
}

log_file <- function(log) {
  if (is.character(log)) return(normalizePath(log, mustWork = FALSE))
  ""
}

# Where the workers find Redis. The environment, unlike a command line, is seen
# by nobody else.
child_environment <- function(endpoint) {
  encode <- function(text) utils::URLencode(text, reserved = TRUE)
  login <- if (nzchar(endpoint$user) || nzchar(endpoint$password)) {
    paste0(encode(endpoint$user), ":", encode(endpoint$password), "@")
  }
  host <- endpoint$host
  if (grepl(":", host)) host <- paste0("[", host, "]")
  url <- paste0(
    if (endpoint$tls) "rediss://" else "redis://", login, host, ":",
    endpoint$port, "/", endpoint$database
  )
  c(
    REDIS_URL = url,
    R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep)
  )
}

with_environment <- function(variables, code) {
  old <- Sys.getenv(names(variables), NA, names = TRUE)
  on.exit({
    Sys.unsetenv(names(old)[is.na(old)])
    if (any(!is.na(old))) do.call(Sys.setenv, as.list(old[!is.na(old)]))
  })
  do.call(Sys.setenv, as.list(variables))
  code
}

keep_workers_from_command_line <- function() {
  args <- commandArgs(TRUE)
  keep_workers(args[-(1:2)], as.numeric(args[1]), args[2])
}

# Runs one worker for each element of `queues` until all of these are removed.
keep_workers <- function(queues, linger, log) {
  con <- redis_connect(redis_endpoint())
  for (queue in unique(queues)) {
    redis_call(con, list("SETNX", live_key(queue), serialize("", NULL)))
  }
  pids <- vapply(queues, start_supervisor, 1L, log = log)
  on.exit(end_supervisors(pids))
  last <- proc.time()[[3]]
  repeat {
    Sys.sleep(min(max(linger, 0.2), 1))
    live <- redis_call(con, list(c("EXISTS", live_key(unique(queues)))))
    if (live > 0) last <- proc.time()[[3]]
    if (proc.time()[[3]] - last > linger) break
  }
}

start_supervisor <- function(queue, log) {
  supervisor <- system.file("bin", "rcluster-supervisor", package = "rcluster")
  if (!nzchar(supervisor)) {
    stop("workers run on Linux and macOS; this system can only submit tasks",
      call. = FALSE
    )
  }
  file <- tempfile("pid")
  on.exit(unlink(file))
  system2("sh", shQuote(c(
    "-c", 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec "$@"', file, supervisor,
    system.file("lua", package = "rcluster"), queue, "30",
    file.path(R.home("bin"), "Rscript"), "-e", "rcluster:::work()", queue
  )), stdout = log, stderr = log, wait = FALSE)
  while (!file.exists(file)) Sys.sleep(0.02)
  as.integer(readLines(file))
}

# They finish their tasks first.
end_supervisors <- function(pids) tools::pskill(pids, tools::SIGTERM)
