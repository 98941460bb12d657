test_that("the body of a loop sees its job and its task", {
  queue <- local_queue()
  seen <- foreach(j = 1, .packages = "doRedis", .export = "queue") %dopar% {
    list(jobs = doRedis::jobs(queue), tasks = doRedis::tasks(queue))
  }
  expect_identical(seen[[1]]$jobs$queue, queue)
  expect_identical(seen[[1]]$tasks$id, seen[[1]]$jobs$id)
  expect_identical(seen[[1]]$tasks$iter, "1")
  expect_identical(nrow(jobs(queue)), 0L)
  expect_identical(nrow(tasks(queue)), 0L)
})

test_that("a removed job's loop stops", {
  queue <- local_queue()
  took <- system.time(expect_error(
    foreach(j = 1:2, .packages = "doRedis", .export = "queue") %dopar% {
      if (j == 1) doRedis::removeJob(doRedis::jobs(queue))
      Sys.sleep(30)
    },
    "removed"
  ))
  expect_lt(took[["elapsed"]], 10)
})

test_that("removing a queue ends its own workers", {
  queue <- local_queue(1)
  foreach(j = 1) %dopar% j
  expect_identical(foreach::getDoParWorkers(), 1)
  removeQueue(queue)
  for (i in 1:100) {
    if (queue_demand(connection(), queue)$workers == 0) break
    Sys.sleep(0.1)
  }
  expect_identical(queue_demand(connection(), queue)$workers, 0)
})

test_that("a coordinator's block of the CRAN package is listed and removed", {
  local_queue(0)
  queue <- paste0("stock-", Sys.getpid())
  id <- "12_some_user_host_2025-01-01-00:00:00.000"
  redis("SET", paste0(queue, ".env.", id), "x")
  run <- ".iters 1...2 host h pid 3 begin T"
  redis("SET", paste0(queue, ".start.", id, run), "x")
  block <- serialize(list(ID = id, argsList = list(`1` = 1)), NULL)
  redis("RPUSH", queue, block)
  expect_identical(jobs(queue)$user, "some_user")
  expect_identical(tasks(queue)$iter, "1...2")
  expect_identical(tasks(queue)$pid, "3")
  removeJob(jobs(queue))
  expect_identical(find_keys(paste0(queue, "*")), character())
})
