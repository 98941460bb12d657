# foreach's own floor: one iteration after another in this session.
side_do <- function() {
  list(
    start = function(workers) NULL,
    stop = function() NULL,
    loop = function(xs, task, chunk = "1") foreach(x = xs) %do% task(x)
  )
}
