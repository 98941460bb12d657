# Makes doRedis, whoever loads it, fit the cluster: scripts that leave out
# host or password still find Redis, and lost workers are not counted.

set_defaults <- function(name, ...) {
  space <- asNamespace("doRedis")
  fun <- get(name, space)
  formals(fun) <- utils::modifyList(formals(fun), list(...))
  utils::assignInNamespace(name, fun, space)
}

adapt_doredis <- function(settings) {
  host <- quote(Sys.getenv("REDIS_HOST"))
  port <- quote(as.integer(Sys.getenv("REDIS_PORT")))
  for (name in c("registerDoRedis", "redisConnect", "startLocalWorkers")) {
    set_defaults(name, host = host, port = port)
  }
  # A worker's heartbeat knows only a password given as an argument.
  set_defaults("redisWorker",
    host = host, port = port, password = quote(redux::redis_config()$password)
  )

  stock <- get(".info", asNamespace("doRedis"))
  info <- function(data, item) {
    if (item != "workers") return(stock(data, item))
    settings$queue <- data$queue
    alive <- tryCatch(count_workers(settings), error = function(e) 0)
    max(alive, 1)
  }
  utils::assignInNamespace(".info", info, "doRedis")

  doRedis::setFtinterval(5)
  doRedis::setChunkSize(1)
}
