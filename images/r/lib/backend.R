# Stands in for doRedis until the first loop, so that R starts fast.

register <- function(settings) {
  # Not even NULL may be given where there is no password.
  password <- settings["password"][!is.null(settings$password)]
  where <- list(settings$queue, settings$host, settings$port)
  tryCatch(
    do.call(doRedis::registerDoRedis, c(where, password)),
    error = function(e) {
      stop(unreachable(settings, e), call. = FALSE)
    }
  )
}

unreachable <- function(settings, condition) {
  sprintf(
    "rcluster: Redis at %s:%d cannot be reached (%s)",
    settings$host, settings$port, one_line(condition)
  )
}

registered <- function() {
  globals <- get(".foreachGlobals", asNamespace("foreach"))
  mget(c("fun", "data", "info"), envir = globals)
}

register_lazily <- function(settings) {
  stand_in <- list(rcluster = TRUE)
  cache <- NULL
  backend <- function() {
    if (!is.null(cache)) return(cache)
    before <- registered()
    register(settings)
    cache <<- registered()
    # doRNG, say, may have been registered on top meanwhile.
    if (!identical(before$data, stand_in)) do.call(foreach::setDoPar, before)
    cache
  }
  run <- function(obj, expr, envir, data) {
    real <- backend()
    real$fun(obj, expr, envir, real$data)
  }
  info <- function(data, item) {
    real <- backend()
    real$info(real$data, item)
  }
  foreach::setDoPar(run, stand_in, info)
}

greet <- function(settings) {
  tryCatch(
    {
      workers <- count_workers(settings)
      message(sprintf(
        "rcluster: foreach runs on %d worker%s (queue %s)",
        workers, if (workers == 1) "" else "s", settings$queue
      ))
    },
    error = function(e) message(unreachable(settings, e))
  )
}
