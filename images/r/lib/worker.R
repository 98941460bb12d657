# One life of a worker: waits for Redis, then takes tasks from the queue.
cluster <- new.env(parent = baseenv())
sys.source("/usr/local/lib/rcluster/connection.R", cluster)

log_line <- function(...) {
  time <- format(Sys.time(), "%Y-%m-%dT%H:%M:%S")
  cat(time, " rcluster-worker: ", ..., "\n", sep = "", file = stderr())
}

# Says why once, not every second.
wait_for_redis <- function(settings) {
  said <- ""
  repeat {
    problem <- tryCatch(
      {
        redux::hiredis(
          host = settings$host, port = settings$port, timeout = 3000
        )$PING()
        NULL
      },
      error = cluster$one_line
    )
    if (is.null(problem)) return(invisible())
    if (!identical(problem, said)) {
      log_line(
        "waiting for Redis at ", settings$host, ":", settings$port, " (",
        problem, ")"
      )
    }
    said <- problem
    Sys.sleep(1)
  }
}

# Gives every connection of the worker, also a renewed one, its name.
name_connections <- function(name) {
  connect <- doRedis::redisConnect
  named <- function(...) {
    connect(...)
    redis <- get(".doRedisGlobals", asNamespace("doRedis"))$r
    redis$CLIENT_SETNAME(name)
    NULL
  }
  utils::assignInNamespace("redisConnect", named, "doRedis")
}

run_worker <- function() {
  settings <- cluster$cluster_settings()
  cluster$use_redis_url(settings)
  wait_for_redis(settings)
  suppressPackageStartupMessages(library(doRedis))
  name_connections(cluster$worker_name(settings$queue))
  log_line("ready for queue ", settings$queue)
  redisWorker(
    settings$queue, settings$host, settings$port,
    password = settings$password
  )
}

tryCatch(run_worker(), error = function(e) {
  log_line(cluster$one_line(e))
  quit("no", status = 1)
})
