#' Run foreach loops on the workers of a queue
#'
#' After this call `foreach(...) %dopar% ...` runs on the workers of the queue,
#' by [rcluster::registerRCluster()]: with the same results as `%do%`, whatever
#' dies.
#'
#' A loop's `.options.redis` may be a list with `chunkSize`; `ftinterval` has no
#' effect, and `progress` shows a progress bar.
#'
#' @param queue name of the queue.
#' @param host,port,password where Redis is. What is not given is taken from the
#'   environment, see [redisConnect()].
#' @param ftinterval no effect, see [setFtinterval()].
#' @param chunkSize iterations sent at once, see [setChunkSize()].
#' @param progress `TRUE` for a progress bar.
#' @param ... as in [redisConnect()]; and `stock`, see below.
#' @section Workers of doRedis:
#' With `stock = TRUE` loops are sent in the format of the doRedis package of
#' CRAN, so that its workers take part, beside those of rcluster: in an R that
#' has that package, `redisWorker("jobs", host, password = password)`. Values
#' count once and random numbers are the same here too. What that format does not
#' have is missing: output of tasks is not shown, a task that kills R is tried
#' again without end, a dead worker is noticed after 10 seconds, all iterations
#' are listed before the first is sent, and a value has at most 512 MB. A worker
#' of doRedis also leaves a key behind if it ends a task after its loop has
#' stopped.
#' @return `NULL`, invisibly. Stops if Redis cannot be reached.
#' @examples
#' \dontrun{
#' registerDoRedis("jobs")
#' foreach(i = 1:10, .combine = sum) %dopar% sqrt(i)
#'
#' registerDoRedis("jobs", stock = TRUE)
#' }
#' @export
registerDoRedis <- function(queue, host = "localhost", port = 6379, password,
                            ftinterval = 30, chunkSize = 1, progress = FALSE,
                            ...) {
  given <- list(...)
  if (!missing(host)) given$host <- host
  if (!missing(port)) given$port <- port
  if (!missing(password)) given$password <- password
  do.call(redisConnect, given)
  if (!missing(ftinterval)) setFtinterval(ftinterval)
  if (!missing(chunkSize)) setChunkSize(chunkSize)
  if (!missing(progress)) setProgress(progress)
  open_queue(queue)
  hint_at_other_queue(queue)
  stock <- isTRUE(list(...)$stock)
  backend <- list(con = connection(), queue = queue, stock = stock)
  foreach::setDoPar(run_loop, backend, describe)
  invisible()
}

# While this key is there, workers that were started for the queue stay.
open_queue <- function(queue) {
  redis("SETNX", live_key(queue), serialize("", NULL))
}

live_key <- function(queue) paste0(queue, ".live")

hint_at_other_queue <- function(queue) {
  cluster <- Sys.getenv("RCLUSTER_QUEUE")
  if (!nzchar(cluster) || identical(cluster, queue)) return(invisible())
  if (queue_demand(connection(), queue)$workers > 0) return(invisible())
  message(sprintf(
    "no workers on queue '%s' yet; the cluster's are on queue '%s'", queue,
    cluster
  ))
}

describe <- function(data, item) {
  switch(item,
    name = "doRedis",
    version = as.character(packageVersion("doRedis")),
    foreach_info(data, item)
  )
}

run_loop <- function(obj, expr, envir, data) {
  own <- obj$options$redis
  chunk <- c(own$chunkSize, own$chunksize, settings$chunk)
  options <- as.list(obj$options$rcluster)
  if (is.null(options$chunk) && is.null(options$timeout) && length(chunk)) {
    options$chunk <- whole_number(chunk[1], "chunkSize", 1)
  }
  obj$options$rcluster <- options
  obj$export <- union(obj$export, settings$export)
  obj$packages <- union(obj$packages, settings$packages)
  if (data$stock) {
    # Its workers know the hooks; here values come one by one, without output.
    plain <- expr
    run <- function(expr) run_stock_loop(obj, plain, envir, data)
  } else {
    expr <- with_hooks(expr, obj$export)
    run <- function(expr) run_foreach(obj, expr, envir, data)
  }
  progress <- c(own$progress, settings$progress)
  if (length(progress)) {
    # Instead of rcluster's own.
    old <- options(rcluster.progress = FALSE)
    on.exit(options(old))
  }
  if (!isTRUE(progress[1])) return(run(expr))
  show_progress(count_iterations(obj), expr, run)
}

# Functions with these names, if exported, prepare a worker for a job and for
# each iteration.
with_hooks <- function(expr, export) {
  if ("set.seed.worker" %in% export) {
    expr <- bquote({
      set.seed.worker(0)
      .(expr)
    })
  }
  if ("worker.init" %in% export) {
    # What is in the global environment lasts as long as the job.
    expr <- bquote({
      if (!exists(".worker.initialized", globalenv(), inherits = FALSE)) {
        worker.init()
        assign(".worker.initialized", TRUE, globalenv())
      }
      .(expr)
    })
  }
  expr
}
