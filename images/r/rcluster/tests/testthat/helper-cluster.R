# A cluster for the tests: a Redis of its own and two workers, ended with R.
# Where this machine has no redis-server, only what needs none is tested.

test_cluster <- local({
  port <- NULL
  function() {
    skip_if(is.null(redis_server()), "no redis-server on this machine")
    if (is.null(port)) {
      port <<- start_redis("--appendonly", "yes")
      for (i in 1:2) start_worker()
      registerRCluster("test", test_url())
    }
    wait_for_workers(2)
  }
})

redis_server <- function() {
  server <- Sys.which(c("redis-server", "valkey-server"))
  server <- server[nzchar(server)]
  if (length(server)) server[[1]]
}

# Returns its port.
start_redis <- local({
  count <- 0L
  function(...) {
    count <<- count + 1L
    port <- 20000L + Sys.getpid() %% 1000L * 10L + count
    folder <- tempfile("redis")
    dir.create(folder)
    start_background(redis_server(), c(
      "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "''", ...
    ))
    endpoint <- redis_endpoint(host = "127.0.0.1", port = port)
    wait_until(!grepl("refused", tryCatch(
      {
        redis_close(redis_connect(endpoint))
        ""
      },
      error = conditionMessage
    )))
    port
  }
})

test_url <- function() {
  sprintf("redis://127.0.0.1:%d", get("port", environment(test_cluster)))
}

# Ends with this R: a test run that stops half-way leaves nothing behind.
start_background <- function(program, args, env = character(), log = "/dev/null") {
  watched <- sprintf(
    "%s %s %s >%s 2>&1 & child=$!; while kill -0 %d && kill -0 $child; do sleep 1; done; kill $child",
    paste(env, collapse = " "), program, paste(args, collapse = " "), log,
    Sys.getpid()
  )
  system2("sh", c("-c", shQuote(watched)), wait = FALSE, stderr = FALSE)
}

start_worker <- function(queue = "test", env = character(), url = test_url()) {
  start_background(
    system.file("bin", "rcluster-supervisor", package = "rcluster"),
    c(
      system.file("lua", package = "rcluster"), queue, "10",
      file.path(R.home("bin"), "Rscript"), "-e", shQuote("rcluster:::work()"),
      queue
    ),
    env = c(paste0("REDIS_URL=", url), "RCLUSTER_LEASE=2", env)
  )
}

# Another coordinator.
in_background <- function(code, log = tempfile(), queue = "test") {
  file <- tempfile(fileext = ".R")
  writeLines(c(
    "library(foreach)",
    sprintf("rcluster::registerRCluster('%s', '%s')", queue, test_url()), code
  ), file)
  file.create(log)
  start_background(file.path(R.home("bin"), "Rscript"), file, log = log)
}

wait_for_workers <- function(n, queue = "test", url = test_url()) {
  con <- redis_connect(redis_endpoint(url))
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

keys_left <- function(pattern, url = test_url()) {
  con <- redis_connect(redis_endpoint(url))
  on.exit(redis_close(con))
  keys <- vapply(redis_call(con, list(c("KEYS", pattern))), rawToChar, "")
  grep(":(protocol|alive|workers|clients|idle|steps|beat|amnesty|clock|reaper|drain|bell|rate|failures)$",
    keys,
    value = TRUE, invert = TRUE
  )
}
