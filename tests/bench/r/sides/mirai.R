# mirai over TCP with its dispatcher, and without ("direct").
start_daemons <- function(workers, dispatcher, profile) {
  mirai::daemons(
    url = "tcp://127.0.0.1:0", dispatcher = dispatcher, .compute = profile
  )
  mirai::launch_local(workers, .compute = profile)
  while (mirai::status(.compute = profile)$connections < workers) {
    Sys.sleep(0.05)
  }
}

mirai_side <- function(dispatcher, profile) {
  map <- function(xs, task, chunk = "1") {
    mirai::mirai_map(xs, task, .compute = profile)[]
  }
  list(
    profile = profile,
    start = function(workers) {
      start_daemons(workers, dispatcher, profile)
      warm_up(map, workers)
    },
    stop = function() mirai::daemons(0, .compute = profile),
    map = map
  )
}

side_mirai <- function() mirai_side(TRUE, "dispatcher")
side_direct <- function() mirai_side(FALSE, "direct")
