# A cluster for the tests: a Redis of its own and two workers, ended with R.
# Where this machine has no redis-server, only what needs none is tested.

test_cluster <- local({
  port <- NULL
  function() {
    server <- Sys.which(c("redis-server", "valkey-server"))
    server <- server[nzchar(server)]
    skip_if(length(server) == 0, "no redis-server on this machine")
    if (is.null(port)) {
      folder <- tempfile("redis")
      dir.create(folder)
      port <<- 20000L + Sys.getpid() %% 10000L
      start_background(server[[1]], c(
        "--port", port, "--bind", "127.0.0.1", "--dir", folder,
        "--appendonly", "yes", "--save", "''"
      ))
      wait_for_redis(port)
      for (i in 1:2) start_worker()
      registerRCluster("test", test_url())
    }
    wait_for_workers(2)
  }
})

test_url <- function() {
  sprintf("redis://127.0.0.1:%d", get("port", environment(test_cluster)))
}

# Ends with this R: a test run that stops half-way leaves nothing behind.
start_background <- function(program, args, env = character()) {
  watched <- sprintf(
    "%s %s %s >/dev/null 2>&1 & child=$!; while kill -0 %d 2>/dev/null; do sleep 1; done; kill $child",
    paste(env, collapse = " "), program, paste(args, collapse = " "), Sys.getpid()
  )
  system2("sh", c("-c", shQuote(watched)), wait = FALSE)
}

start_worker <- function(queue = "test", env = character()) {
  start_background(
    system.file("bin", "rcluster-supervisor", package = "rcluster"),
    c(
      system.file("lua", package = "rcluster"), queue, "10",
      file.path(R.home("bin"), "Rscript"), "-e", shQuote("rcluster:::work()"),
      queue
    ),
    env = c(paste0("REDIS_URL=", test_url()), "RCLUSTER_LEASE=2", env)
  )
}

wait_for_redis <- function(port) {
  wait_until(!inherits(
    try(redis_connect(redis_endpoint(host = "127.0.0.1", port = port)), silent = TRUE),
    "try-error"
  ))
}

wait_for_workers <- function(n, queue = "test") {
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  wait_until(queue_demand(con, queue)$workers >= n)
}

wait_until <- function(condition, seconds = 20) {
  code <- substitute(condition)
  env <- parent.frame()
  end <- Sys.time() + seconds
  while (!isTRUE(eval(code, env))) {
    if (Sys.time() > end) stop("not within ", seconds, " s: ", deparse(code))
    Sys.sleep(0.1)
  }
}

keys_left <- function(pattern) {
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  keys <- vapply(redis_call(con, list(c("KEYS", pattern))), rawToChar, "")
  grep(":(protocol|alive|workers|clients|idle|steps|beat|amnesty|clock|reaper|drain|bell|rate)$",
    keys,
    value = TRUE, invert = TRUE
  )
}
