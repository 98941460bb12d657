library(foreach)

test_that("workers, jobs and counts are told", {
  test_cluster()
  info <- cluster_info()
  expect_identical(info$queue, "test")
  expect_identical(nrow(info$workers), 2L)
  expect_true(all(info$workers$state == "idle"))
  expect_identical(info$workers$pool, rep("workers", 2))
  expect_identical(
    info$workers$rcluster, rep(as.character(packageVersion("rcluster")), 2)
  )
  expect_identical(info$workers$r, rep(as.character(getRversion()), 2))
  wait_until(all(cluster_info()$workers$memory > 20))
  expect_identical(info[c("waiting", "running")], list(waiting = 0L, running = 0L))
  expect_identical(nrow(info$jobs), 0L)

  in_background(paste(
    "foreach(i = 1:12, .errorhandling = 'pass', .options.rcluster =",
    "list(chunk = 1, weight = 2)) %dopar% {",
    "Sys.sleep(if (i < 5) 0.1 else 2); if (i == 2) stop('no') }"
  ))
  wait_until(isTRUE(cluster_info()$jobs$done[1] >= 4))
  wait_until(cluster_info()$rate > 0)
  info <- cluster_info()
  job <- info$jobs
  expect_identical(job$host, Sys.info()[["nodename"]])
  expect_identical(job[c("weight", "running", "sent", "failed", "total")], data.frame(
    weight = 2, running = 2, sent = 12, failed = 1, total = 12
  ))
  expect_identical(job$waiting, as.numeric(info$waiting))
  expect_identical(info$failed, 1)
  expect_identical(info$workers$state, rep("busy", 2))
  expect_identical(info$workers$job, rep(job$job, 2))
  expect_true(all(info$workers$iteration %in% 5:12))
  expect_true(all(abs(as.numeric(info$time) - as.numeric(info$workers$since)) < 3))
  expect_identical(info$pools$demand, info$waiting + 2)
  wait_until(nrow(cluster_info()$jobs) == 0, 30)
})

test_that("each worker's iterations are counted, however they are sent", {
  test_cluster()
  done <- function() sum(cluster_info()$workers$done)
  for (chunk in list(1, 10, "auto")) {
    Sys.sleep(1)
    before <- done()
    foreach(i = 1:200, .options.rcluster = list(chunk = chunk)) %dopar% i
    wait_until(done() == before + 200)
    expect_identical(done(), before + 200)
  }
})

test_that("a worker says which pool it is of, and that it is to end", {
  test_cluster()
  on.exit(registerRCluster("test", test_url()))
  registerRCluster("pools", test_url())
  start_worker("pools", "RCLUSTER_POOL=big")
  start_worker("pools")
  wait_for_workers(2, "pools")
  info <- cluster_info()
  expect_identical(
    info$pools[c("pool", "workers")],
    data.frame(pool = c("big", "workers"), workers = c(1, 1))
  )
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con), add = TRUE)
  redis_call(con, list(c("SADD", key("pools", "drain"), info$workers$worker[1])))
  expect_identical(cluster_info()$workers$state[1], "draining")
})

# As if 500 workers were busy and 10,000 tasks waiting.
pretend <- function(con, queue, workers, waiting) {
  now_ms <- as.numeric(Sys.time()) * 1000
  fill <- function(command, name, names, values) {
    pairs <- as.vector(rbind(names, values))
    redis_call(con, list(c(command, key(queue, name), pairs)))
  }
  ids <- sprintf("worker-on-a-host-with-a-long-name-%d:17:18c5f0a2b3c0", workers)
  fill("HSET", "workers", ids, sprintf(
    "worker-on-a-host-with-a-long-name-%d 1234567 102400000 a-pool-with-a-long-name 0.1.0 4.5.0 %d",
    workers, 123456789 + workers
  ))
  fill("HSET", "held", ids, sprintf(
    "12ab34cd56ef-%d/%d:%d+ %.0f 17000001 1", workers %% 10, workers,
    123456 * workers, now_ms - 1e9
  ))
  fill("ZADD", "alive", sprintf("%.0f", now_ms + 1e6), ids)
  jobs <- sprintf("12ab34cd56ef-%d", 0:9)
  fill("ZADD", "jobs", sprintf("%.0f", now_ms + 1e6), jobs)
  fill("HSET", "loops", jobs, sprintf(
    "a-coordinator-with-a-long-name-%d 12345 %.0f 1 2000000 1234567 123", 0:9,
    now_ms - 1e8
  ))
  fill("ZADD", "todo", seq_len(waiting), sprintf(
    "12ab34cd56ef-%d/%d:%d", seq_len(waiting) %% 10, seq_len(waiting),
    seq_len(waiting)
  ))
}

test_that("a large cluster is told of at once, in 80 columns", {
  test_cluster()
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit({
    redis_call(con, list(c("DEL", key("large", c(
      "workers", "held", "alive", "jobs", "loops", "todo"
    )))))
    redis_close(con)
  })
  pretend(con, "large", 1:500, 10000)
  seconds <- vapply(1:5, function(i) {
    system.time(cluster_info("large"))[["elapsed"]]
  }, 0)
  info <- cluster_info("large")
  expect_lt(min(seconds), 0.2)
  expect_identical(dim(info$workers), c(500L, 12L))
  expect_identical(info$jobs$waiting, rep(1000, 10))
  expect_identical(info$jobs$running, rep(50, 10))
  lines <- capture.output(print(info))
  expect_lte(max(nchar(lines)), 80)
  expect_match(lines[1], "queue large: 500 workers, 10000 waiting, 500 running")
  expect_match(lines, " and 480 more", all = FALSE)
})

test_that("programs get JSON", {
  test_cluster()
  text <- cluster_json("test", test_url())
  expect_match(text, '^\\{"queue":"test","time":"20[0-9TZ:.-]+","waiting":0,')
  expect_match(text, '"state":"idle","job":null,')
  expect_identical(
    to_json(list(a = "say \"hi\"\\\n", b = data.frame(x = c(1.5, NA)))),
    '{"a":"say \\"hi\\"\\\\\\n","b":[{"x":1.5},{"x":null}]}'
  )
  expect_match(cluster_json("nobody"), '"workers":\\[\\],"jobs":\\[\\],"pools":\\[\\],"failures":\\[\\]\\}$')
})
