library(foreach)

test_that("a Redis that cannot be used is one clear error", {
  test_cluster()
  port <- start_redis("--requirepass", "right")
  at <- sprintf("Redis at 127.0.0.1:%d cannot be used: ", port)
  for (given in list(list(), list(password = "wrong"), list(user = "nobody", password = "x"))) {
    expect_error(
      do.call(registerRCluster, c(list("q", host = "127.0.0.1", port = port), given)),
      paste0(at, "(NOAUTH|WRONGPASS)")
    )
  }
  expect_silent(registerRCluster("q", sprintf("redis://:right@127.0.0.1:%d", port)))
  on.exit(registerRCluster("test", test_url()))
  con <- redis_connect(redis_endpoint(host = "127.0.0.1", port = port, password = "right"))
  redis_call(con, list(c("ACL", "SETUSER", "weak", "on", ">weak", "~*", "+get")))
  redis_close(con)
  expect_error(
    registerRCluster("q", sprintf("redis://weak:weak@127.0.0.1:%d", port)),
    paste0(at, "NOPERM")
  )
  expect_error(
    registerRCluster("q", "redis://127.0.0.1:1"),
    "Redis at 127.0.0.1:1 cannot be used: Connection refused"
  )
  expect_error(
    registerRCluster("q", "redis://no-such-host.invalid"),
    "Redis at no-such-host.invalid:6379 cannot be used: "
  )
  expect_error(
    registerRCluster("q", test_url(), tls = TRUE), "Redis at .* cannot be used: "
  )
  expect_error(registerRCluster("q", test_url(), database = 99), "cannot be used: ")
})

test_that("arguments that make no sense are refused by name", {
  expect_error(
    registerRCluster("two words"),
    "queue = \"two words\" is not allowed; allowed: a name without spaces",
    fixed = TRUE
  )
  expect_error(registerRCluster(c("a", "b")), "queue = c(\"a\", \"b\") is not",
    fixed = TRUE
  )
  expect_error(registerRCluster("q", port = "many"), "port = \"many\" is not allowed")
  expect_error(registerRCluster("q", port = 70000), "from 1 to 65535")
  expect_error(registerRCluster("q", database = -1), "database = -1 is not allowed")
  expect_error(registerRCluster("q", tls = "yes"), "tls = \"yes\" is not allowed")
  expect_error(registerRCluster("q", password = 12345), "password = \\.\\.\\. is not")
  expect_error(worker("q", grace = -1), "grace = -1 is not allowed")
  expect_error(worker(""), "queue = \"\" is not allowed")
  expect_error(cluster_info("{q}"), "queue = \"{q}\" is not allowed", fixed = TRUE)
})

test_that("a queue without workers says so, waits, and goes on with one", {
  test_cluster()
  log <- tempfile()
  in_background("cat(foreach(i = 1:3, .combine = c) %dopar% i)", log,
    queue = "deserted"
  )
  notice <- "rcluster: no workers on queue 'deserted'; waiting for some"
  wait_until(any(startsWith(readLines(log), notice)))
  Sys.sleep(4)
  said <- readLines(log)
  expect_identical(sum(startsWith(said, notice)), 1L)
  expect_match(said, 'rcluster::worker("deserted") starts one', fixed = TRUE, all = FALSE)
  start_worker("deserted")
  wait_until("1 2 3" %in% readLines(log, warn = FALSE))
  succeed()
})

test_that("a worker says what it lacks, in whatever part of the task", {
  test_cluster()
  expect_error(
    foreach(i = 1:2, .packages = "no.such.package") %dopar% i,
    paste0("task 1 failed - \"the worker on ", Sys.info()[["nodename"]],
      " lacks the package 'no.such.package'"
    )
  )
  expect_error(
    foreach(i = 1:2) %dopar% no.such.package::f(i),
    "task 1 failed - .*no.such.package"
  )
})

test_that("values beyond what Redis may hold are refused, others wait for room", {
  test_cluster()
  on.exit(registerRCluster("test", test_url()))
  port <- start_redis("--maxmemory", "64mb", "--maxmemory-policy", "noeviction")
  url <- sprintf("redis://127.0.0.1:%d", port)
  registerRCluster("small", url)
  for (i in 1:2) start_worker("small", url = url)
  wait_for_workers(2, "small", url)
  # Two values of 20 MB don't fit at the same time.
  sizes <- foreach(i = 1:6, .options.rcluster = list(chunk = 1)) %dopar% raw(2e7)
  expect_identical(lengths(sizes), rep(20000000L, 6))
  # What a loop sends and gets is three times what there is room for.
  some <- lapply(1:3000, function(i) raw(60000))
  total <- foreach(x = some, .combine = "+", .options.rcluster = list(chunk = 1)) %dopar%
    length(x)
  expect_equal(total, 3000 * 60000)
  sizes <- foreach(i = 1:3000, .options.rcluster = list(chunk = 1)) %dopar% raw(60000)
  expect_identical(lengths(sizes), rep(60000L, 3000))
  # Nor do two large ones fit in one block.
  sizes <- foreach(i = 1:2, .options.rcluster = list(chunk = 2)) %dopar% raw(2e7)
  expect_identical(lengths(sizes), rep(20000000L, 2))
  expect_error(
    foreach(i = 1:2, .options.rcluster = list(chunk = 1)) %dopar%
      raw(if (i == 2) 1e8 else 1),
    "task 2 failed - \"its value takes 100 MB, more than Redis has room for"
  )
  big <- raw(1e8)
  expect_error(
    foreach(i = 1:2) %dopar% length(big),
    "a task's variables or arguments take 100 MB, more than Redis has room for"
  )
  expect_error(
    foreach(x = list(big)) %dopar% length(x), "variables or arguments take 100 MB"
  )
  wait_until(length(keys_left("*small*", url)) == 0)
})
