# For how long at most Redis answers nobody while a task returns 100 MB: a
# second client pings it every millisecond.
measure_blocked <- function(sides, quick) {
  ways <- list(
    none = function() Sys.sleep(2),
    rcluster = function() sides$rcluster$loop(1, hundred_mb),
    doredis = function() sides$doredis$loop(1, hundred_mb)
  )
  for (name in names(ways)) {
    pinger <- start_pinger()
    Sys.sleep(0.2)
    ways[[name]]()
    record("blocked", name, 1000 * stop_pinger(pinger), unit = "ms")
    gc()
  }
}

hundred_mb <- function(x) raw(1e8)

start_pinger <- function() {
  stop_file <- tempfile("stop")
  child <- parallel::mcparallel(ping_until(stop_file))
  list(child = child, stop_file = stop_file)
}

stop_pinger <- function(pinger) {
  file.create(pinger$stop_file)
  parallel::mccollect(pinger$child)[[1]]
}

ping_until <- function(stop_file) {
  r <- asNamespace("rcluster")
  con <- r$redis_connect(r$redis_endpoint(rcluster_url))
  longest <- 0
  while (!file.exists(stop_file)) {
    longest <- max(longest, timed(r$redis_call(con, list("PING"), 60)))
    Sys.sleep(0.001)
  }
  longest
}
