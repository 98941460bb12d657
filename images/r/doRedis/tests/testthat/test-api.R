test_that("all functions of doRedis 3.0.3 are here", {
  arguments <- list(
    jobs = "queue", logger = "msg",
    redisConnect = c("host", "port", "password", "..."),
    redisDelete = "key", redisGet = "key", redisSet = c("key", "val"),
    redisWorker = c(
      "queue", "host", "port", "iter", "linger", "log", "connected", "password",
      "loglevel", "timelimit", "..."
    ),
    registerDoRedis = c(
      "queue", "host", "port", "password", "ftinterval", "chunkSize",
      "progress", "..."
    ),
    removeJob = "job", removeQueue = "queue", setChunkSize = "value",
    setExport = "names", setFtinterval = "value", setPackages = "packages",
    setProgress = "value",
    startLocalWorkers = c(
      "n", "queue", "host", "port", "iter", "linger", "log", "Rbin",
      "password", "..."
    ),
    tasks = c("queue", "id")
  )
  expect_setequal(getNamespaceExports("doRedis"), names(arguments))
  for (name in names(arguments)) {
    expect_identical(names(formals(name)), arguments[[name]])
  }
})

test_that("settings are checked", {
  expect_error(setChunkSize("many"), "takes one number")
  expect_error(setFtinterval(NULL), "takes one number")
  expect_invisible(setProgress(FALSE))
  expect_identical(setChunkSize(2.4), 2)
  expect_identical(setFtinterval(1), 3)
  forget_settings()
})

test_that("what workers cannot do is said", {
  expect_error(redisWorker("q", iter = 1), "can only be Inf")
  expect_error(redisWorker("q", timelimit = 5), "timeout = 5")
  expect_error(startLocalWorkers(1, "q", iter = 1), "can only be Inf")
})

test_that("a Redis that is not there is an error", {
  expect_error(
    registerDoRedis("q", host = "127.0.0.1", port = 1), "127.0.0.1:1"
  )
})

test_that("the log's line is returned", {
  expect_output(
    expect_match(capture.output(line <- logger("hi"), type = "message"), "hi$"),
    NA
  )
  expect_match(line, paste(Sys.getpid(), "hi"))
})

test_that("passwords go through the environment only", {
  variables <- child_environment(list(
    host = "::1", port = 6379L, user = "", password = "a:b@c", database = 2L,
    tls = TRUE
  ))
  expect_identical(
    variables[["REDIS_URL"]], "rediss://:a%3Ab%40c@[::1]:6379/2"
  )
})
