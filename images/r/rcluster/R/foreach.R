# The foreach backend.

#' Run foreach loops on the workers of a queue
#'
#' After this call `foreach(...) %dopar% ...` returns what `%do%` returns, or
#' stops: results count exactly once whatever dies. The body of an iteration
#' whose worker dies is run again, so that its side effects, such as files it
#' writes, may happen more than once.
#'
#' Options of one loop go into `.options.rcluster`, a list:
#' \describe{
#'   \item{chunk}{iterations sent to a worker at once, or `"auto"` (default):
#'     as many as take about 50 ms.}
#'   \item{timeout}{seconds that one iteration may take; 0 (default) means no
#'     limit. With a limit, `chunk` is 1.}
#'   \item{weight}{share of the workers relative to other loops on the queue;
#'     default 1.}
#'   \item{fresh}{`TRUE`: workers run the loop in an R that has run no other one
#'     before, for bodies that depend on which packages are loaded or that
#'     change the environment. It takes a fraction of a second, whenever a worker comes
#'     to this loop from another one. Default `FALSE`.}
#'   \item{pointers}{`"stop"` (default): connections and external pointers stop
#'     the loop before it runs, wherever in its variables they are: at the
#'     workers they are dead. `"allow"`: they may go along.}
#' }
#'
#' @param queue name of the queue. Default: `RCLUSTER_QUEUE`, else `jobs`.
#' @param url `redis://:password@host:6379/0`, or `rediss://` for TLS. Default:
#'   the environment's `REDIS_URL`, or `REDIS_HOST`, `REDIS_PORT`,
#'   `REDIS_USERNAME`, `REDIS_TLS` and `REDIS_PASSWORD_FILE`.
#' @param host,port,user,password,database,tls parts that replace those of the
#'   url.
#' @param options a list: what `.options.rcluster` is for loops that don't say
#'   otherwise.
#' @return `NULL`, invisibly. Stops if Redis cannot be reached.
#' @examples
#' \dontrun{
#' registerRCluster("jobs", "redis://localhost:6379")
#' library(foreach)
#' foreach(i = 1:100, .combine = c) %dopar% sqrt(i)
#' }
#' @export
registerRCluster <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs"),
                             url = NULL, host = NULL, port = NULL, user = NULL,
                             password = NULL, database = NULL, tls = NULL,
                             options = list()) {
  check_queue(queue)
  loop_options(options)
  endpoint <- redis_endpoint(url, host, port, user, password, database, tls)
  register_backend(redis_connect(endpoint), queue, options)
}

register_backend <- function(con, queue, options) {
  check_protocol(con, queue)
  backend <- list(con = con, queue = queue, options = options)
  foreach::setDoPar(run_foreach, backend, foreach_info)
  invisible()
}

foreach_info <- function(data, item) {
  switch(item,
    workers = max(1, queue_demand(data$con, data$queue)$workers),
    name = "rcluster",
    version = as.character(utils::packageVersion("rcluster")),
    NULL
  )
}

run_foreach <- function(obj, expr, envir, data) {
  options <- loop_options(obj$options$rcluster, data$options)
  it <- iterators::iter(obj)
  streams <- if (!".doRNG.stream" %in% obj$argnames) rng_streams()
  if (!is.null(streams)) on.exit(end_streams(streams))
  description <- find_exports(expr, envir,
    names = obj$argnames, export = obj$export, noexport = obj$noexport,
    packages = obj$packages, values = iterated_values(it)
  )
  description$expr <- expr
  job <- new_job(data$con, data$queue, description, options, count_of(it))

  accumulator <- foreach::makeAccum(it)
  failed <- FALSE
  accept <- function(first, values, events) {
    if (length(events)) replay(events)
    accumulate_all(it, accumulator, as.integer(first), values)
    failed <<- identical(obj$errorHandling, "stop") &&
      !is.null(foreach::getErrorValue(it))
    !failed
  }
  run_job(job, take_elements(it), accept, options$chunk, streams)
  if (failed) {
    stop(simpleError(sprintf(
      'task %d failed - "%s"', foreach::getErrorIndex(it),
      conditionMessage(foreach::getErrorValue(it))
    ), call = expr))
  }
  end_groups(it)
  foreach::getResult(it)
}

# How many iterations there are; NA for iterators that only the last element
# tells, and for nested loops.
count_of <- function(it) {
  known <- inherits(it, "iforeach") && length(it$iargs) > 0 &&
    all(vapply(it$iargs, is_plain, NA))
  if (!known) return(NA)
  min(vapply(it$iargs, function(arg) arg$length - arg$state$i, 0))
}

# The lists that a loop runs over, as far as they can be looked into.
iterated_values <- function(it) {
  lists <- lapply(it$iargs, function(arg) arg$state$obj)
  Filter(is.list, lists)
}
