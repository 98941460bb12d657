side_crew <- function() {
  controller <- NULL
  map <- function(xs, task, chunk = "1") {
    controller$map(task(x),
      iterate = list(x = xs), globals = list(task = task), verbose = FALSE
    )$result
  }
  list(
    start = function(workers) {
      controller <<- crew::crew_controller_local(
        workers = workers, seconds_idle = Inf
      )
      controller$start()
      warm_up(map, workers)
    },
    stop = function() controller$terminate(),
    map = map
  )
}
