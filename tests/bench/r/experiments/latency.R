# One task there and back, the next one only after it: submit, wait, collect.
measure_latency <- function(sides, quick) {
  n <- if (quick) 300 else 2000
  ways <- latency_ways(sides)
  for (way in ways) for (i in 1:50) way()
  times <- lapply(ways, function(way) numeric())
  for (part in 1:5) {
    for (name in names(ways)) {
      some <- vapply(seq_len(n / 5), function(i) timed(ways[[name]]()), 0)
      times[[name]] <- c(times[[name]], some)
    }
  }
  attr(ways, "end")()
  for (name in names(ways)) {
    ms <- 1000 * times[[name]]
    kind <- if (name == "rcluster_map") "map" else "task"
    record("latency", name, stats::median(ms), kind, unit = "ms")
    record("latency", name, stats::quantile(ms, 0.99)[[1]], kind,
      unit = "ms p99"
    )
  }
}

latency_ways <- function(sides) {
  sides$rcluster$register()
  job <- one_task_job()
  structure(list(
    rcluster = job$run,
    rcluster_map = function() rcluster::rcluster_map(1, identity),
    mirai = function() mirai::mirai(1, .compute = sides$direct$profile)[],
    mirai_dispatcher = function() {
      mirai::mirai(1, .compute = sides$mirai$profile)[]
    }
  ), end = job$end)
}

# rcluster's own submit and collect, below foreach and map.
one_task_job <- function() {
  r <- asNamespace("rcluster")
  backend <- r$current_backend()
  description <- r$find_exports(quote(.x), globalenv(), names = ".x")
  description$expr <- quote(.x)
  job <- r$new_job(backend$con, backend$queue, description)
  first <- 0
  list(
    run = function() {
      first <<- first + 1
      r$add_blocks(job, first, list(list(list(.x = 1))))
      repeat {
        results <- r$exchange(job, 2)
        if (length(results$values)) return(results$values[[1]][[1]])
      }
    },
    end = function() r$end_job(job)
  )
}
