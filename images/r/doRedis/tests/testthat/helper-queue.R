# Workers on a queue of its own, for a test's duration.
local_queue <- function(n = 2, env = parent.frame()) {
  told <- nzchar(Sys.getenv("REDIS_URL")) || nzchar(Sys.getenv("REDIS_HOST"))
  skip_if_not(told, "the environment names no Redis")
  queue <- basename(tempfile("test-"))
  redisConnect()
  if (n > 0) startLocalWorkers(n, queue, linger = 0.5, log = tempfile())
  registerDoRedis(queue)
  withr::defer(envir = env, {
    forget_settings()
    removeQueue(queue)
    foreach::registerDoSEQ()
  })
  queue
}

forget_settings <- function() rm(list = ls(settings), envir = settings)
