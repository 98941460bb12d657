library(foreach)

# What a loop signals, and when, in seconds since its start.
heard_from <- function(loop) {
  began <- Sys.time()
  heard <- list()
  withCallingHandlers(loop, tick = function(c) {
    heard[[length(heard) + 1]] <<- list(
      what = c$message, when = as.numeric(Sys.time() - began, units = "secs")
    )
  })
  list(
    what = vapply(heard, `[[`, "", "what"),
    when = vapply(heard, `[[`, 0, "when"),
    end = as.numeric(Sys.time() - began, units = "secs")
  )
}

tick <- function(what) {
  signalCondition(structure(
    class = c("tick", "immediateCondition", "condition"),
    list(message = as.character(what), call = NULL)
  ))
}

test_that("conditions of a task that runs arrive at once, each once", {
  test_cluster()
  heard <- heard_from(foreach(i = 1) %dopar% {
    for (step in 1:4) {
      tick(step)
      Sys.sleep(0.5)
    }
  })
  expect_identical(heard$what, as.character(1:4))
  expect_true(all(diff(heard$when) > 0.3))
  expect_lt(heard$when[4], heard$end - 0.3)
})

test_that("short tasks lose none, however they are sent", {
  test_cluster()
  for (chunk in list(1, 7, "auto")) {
    heard <- heard_from(
      foreach(i = 1:400, .options.rcluster = list(chunk = chunk)) %dopar% tick(i)
    )
    expect_setequal(heard$what, as.character(1:400))
    expect_length(heard$what, 400)
  }
})

test_that("a body that runs again signals nothing twice", {
  test_cluster()
  for (chunk in c(1, 4)) {
    flag <- tempfile()
    heard <- heard_from(
      foreach(i = 1:4, .options.rcluster = list(chunk = chunk)) %dopar% {
        for (step in 1:3) tick(paste(i, step))
        if (i == 2 && !file.exists(flag)) {
          file.create(flag)
          Sys.sleep(0.3)
          tools::pskill(Sys.getpid(), tools::SIGKILL)
        }
      }
    )
    expect_true(file.exists(flag))
    expect_setequal(heard$what, paste(rep(1:4, each = 3), 1:3))
    expect_length(heard$what, 12)
  }
})

test_that("a flood is bounded, and the loop goes on", {
  test_cluster()
  heard <- heard_from(foreach(i = 1:2) %dopar% {
    for (step in 1:5000) tick(step)
    big <- structure(
      class = c("tick", "immediateCondition", "condition"),
      list(message = "big", call = NULL, data = raw(1e6))
    )
    signalCondition(big)
    i
  })
  # Of 10,000: what goes at once, at 20 a second, and 1,000 with each result.
  expect_lt(length(heard$what), 5000)
  expect_gt(length(heard$what), 1000)
  wait_until(length(keys_left("*test*")) == 0)
})

test_that("a bar of progressr moves while a task runs", {
  skip_if_not_installed("progressr")
  test_cluster()
  began <- Sys.time()
  moves <- data.frame()
  note <- function(config, state, ...) {
    at <- as.numeric(Sys.time() - began, units = "secs")
    moves[nrow(moves) + 1, c("step", "at")] <<- c(state$step, at)
  }
  bar <- progressr::make_progression_handler("noted",
    list(update = note, finish = note),
    intrusiveness = 0, interval = 0, enable = TRUE
  )
  progressr::with_progress(enable = TRUE, handlers = bar, {
    p <- progressr::progressor(5)
    foreach(i = 1:2) %dopar% {
      for (step in 1:2) {
        p()
        Sys.sleep(0.7)
      }
    }
    p()
  })
  end <- max(moves$at)
  expect_setequal(moves$step, 1:5)
  expect_lt(min(moves$at[moves$step == 2]), end - 0.9)
  expect_lt(min(moves$at[moves$step == 4]), end - 0.3)
})
