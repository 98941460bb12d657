# Workers on a queue of its own, for a test's duration.
local_queue <- function(n = 2, env = parent.frame()) {
  told <- nzchar(Sys.getenv("REDIS_URL")) || nzchar(Sys.getenv("REDIS_HOST"))
  skip_if_not(told, "the environment names no Redis")
  # Nobody removes a queue for a test that fails.
  queue <- paste0("test-", Sys.getpid(), "-", as.integer(runif(1, 1, 1e9)))
  redisConnect()
  if (n > 0) startLocalWorkers(n, queue, linger = 0.5, log = tempfile())
  registerDoRedis(queue)
  withr_defer(env, {
    setChunkSize_default()
    setExport()
    setPackages()
    setProgress(FALSE)
    removeQueue(queue)
    foreach::registerDoSEQ()
  })
  queue
}

withr_defer <- function(env, code) {
  do.call(on.exit, list(substitute(code), add = TRUE), envir = env)
}

setChunkSize_default <- function() rm(list = ls(settings), envir = settings)
