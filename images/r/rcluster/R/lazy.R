#' Register the backend at the first loop
#'
#' For R's start-up: nothing is connected before the first `%dopar%`, so that R
#' starts at once and also where Redis is away.
#'
#' @inheritParams registerRCluster
#' @return `NULL`, invisibly.
#' @examples
#' register_lazily("jobs")
#' @export
register_lazily <- function(queue = Sys.getenv("RCLUSTER_QUEUE", "jobs")) {
  run <- function(obj, expr, envir, data) {
    registerRCluster(queue)
    eval(as.call(list(foreach::`%dopar%`, obj, expr)), envir)
  }
  info <- function(data, item) {
    registerRCluster(queue)
    switch(item,
      workers = foreach::getDoParWorkers(),
      name = foreach::getDoParName(),
      version = foreach::getDoParVersion()
    )
  }
  foreach::setDoPar(run, NULL, info)
  invisible()
}

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
