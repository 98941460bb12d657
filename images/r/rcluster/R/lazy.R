#' Register the backend at the first loop
#'
#' For R's start-up: nothing is connected before the first `%dopar%`, so that R
#' starts at once and also where Redis is away. The first loop waits for up to a
#' minute for a Redis that is away: in a cluster it may just be starting again.
#'
#' @inheritParams registerRCluster
#' @return `NULL`, invisibly.
#' @examples
#' register_lazily("jobs")
#' @export
register_lazily <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs")) {
  register <- function() {
    check_queue(queue)
    con <- redis_connect(redis_endpoint(), wait = lazy_wait)
    register_backend(con, queue, list())
  }
  run <- function(obj, expr, envir, data) {
    register()
    eval(as.call(list(foreach::`%dopar%`, obj, expr)), envir)
  }
  info <- function(data, item) {
    register()
    switch(item,
      workers = foreach::getDoParWorkers(),
      name = foreach::getDoParName(),
      version = foreach::getDoParVersion()
    )
  }
  foreach::setDoPar(run, NULL, info)
  invisible()
}

lazy_wait <- 60

#' Say in one line where foreach runs
#'
#' @inheritParams registerRCluster
#' @return `NULL`, invisibly; the line is a message.
#' @examples
#' greet("jobs")
#' @export
greet <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs")) {
  text <- tryCatch(
    {
      con <- redis_connect(redis_endpoint())
      on.exit(redis_close(con))
      workers <- queue_demand(con, queue)[["workers"]]
      sprintf(
        "foreach runs on %.0f worker%s (queue %s)", workers,
        if (workers == 1) "" else "s", queue
      )
    },
    error = conditionMessage
  )
  packageStartupMessage("rcluster: ", text)
}
