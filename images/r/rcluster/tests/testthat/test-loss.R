test_that("large variables and arguments that Redis lost are sent again", {
  test_cluster()
  con <- redis_connect(redis_endpoint(test_url()))
  on.exit(redis_close(con))
  queue <- "loss"
  table <- numeric(20000)
  expr <- quote(length(table) + length(arg))
  description <- find_exports(expr, environment(), names = "arg")
  description$expr <- expr
  job <- new_job(con, queue, description)
  add_blocks(job, 1, list(list(list(arg = numeric(30000)))))
  exchange(job)
  parts <- redis_call(con, list(c("KEYS", key(queue, "blob:*"))))
  expect_length(parts, 2)
  redis_call(con, list(c("UNLINK", vapply(parts, rawToChar, ""))))

  # As after a connection that broke. Nothing tells of the arguments but the
  # worker that looks for them.
  catch_up(job)
  start_worker(queue)
  results <- NULL
  wait_until(length((results <- exchange(job, 1))$slot) == 1)
  expect_identical(results$values[[1]][[1]], 50000L)
  end_job(job)
  expect_identical(keys_left(key(queue, "*")), character())
})
