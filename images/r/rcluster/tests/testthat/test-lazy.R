library(foreach)

test_that("a first loop waits for a Redis that starts again, not for a password", {
  test_cluster()
  port <- start_redis()
  on.exit(registerRCluster("test", test_url()))
  endpoint <- redis_endpoint(host = "127.0.0.1", port = port)
  con <- redis_connect(endpoint)
  redis_call(con, list(c("CONFIG", "SET", "requirepass", "other")))
  redis_close(con)
  since <- Sys.time()
  expect_error(redis_connect(endpoint, wait = 30), "NOAUTH")
  expect_lt(as.numeric(Sys.time() - since, units = "secs"), 10)

  later <- port + 500L
  away <- redis_endpoint(host = "127.0.0.1", port = later)
  expect_error(redis_connect(away), "refused")
  folder <- tempfile("redis")
  dir.create(folder)
  start_background("sh", c("-c", shQuote(sprintf(
    "sleep 1.5; exec %s --port %d --bind 127.0.0.1 --dir %s --save ''",
    redis_server(), later, folder
  ))))
  redis_close(redis_connect(away, wait = 30))

  before <- Sys.getenv("REDIS_URL", NA)
  Sys.setenv(REDIS_URL = test_url())
  register_lazily("test")
  expect_identical(foreach(i = 1:3, .combine = sum) %dopar% i, 6L)
  if (is.na(before)) Sys.unsetenv("REDIS_URL") else Sys.setenv(REDIS_URL = before)
})
