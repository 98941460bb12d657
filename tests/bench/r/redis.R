# The one Redis of all sides, as it runs in a cluster: durable to a second.
start_redis <- function() {
  folder <- tempfile("redis")
  dir.create(folder)
  system2("redis-server", c(
    "--port 6379 --save '' --appendonly yes --appendfsync everysec",
    "--daemonize yes --dir", folder
  ), stdout = FALSE)
  for (i in 1:100) {
    if (identical(redis_cli("ping"), "PONG")) return(invisible())
    Sys.sleep(0.05)
  }
  stop("Redis does not start")
}

stop_redis <- function() invisible(redis_cli("shutdown nosave"))

redis_cli <- function(...) {
  suppressWarnings(system2("redis-cli", c(...), stdout = TRUE, stderr = FALSE))
}

redis_memory <- function() {
  info <- redis_cli("info memory")
  line <- grep("^used_memory:", info, value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1e6
}
