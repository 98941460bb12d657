# Variables and packages that a loop's body does not name, and errors.
library(doRedis)

registerDoRedis("jobs")
setProgress(FALSE)

area <- function(radius) pi * radius^2
setExport("area")
setPackages("stats")

areas <- foreach(r = 1:4, .combine = c) %dopar% do.call("area", list(r))
cat("areas:", format(areas, digits = 4), "\n")
stopifnot(all.equal(areas, pi * (1:4)^2))

middle <- foreach(i = 1:3, .combine = c) %dopar% median(c(i, 10, 20))
stopifnot(identical(middle, c(10, 10, 10)))

# An error is a value, is left out, or ends the loop.
values <- foreach(i = 1:4, .errorhandling = "pass") %dopar% {
  if (i == 3) stop("no third") else i
}
stopifnot(conditionMessage(values[[3]]) == "no third")

rest <- foreach(i = 1:4, .combine = c, .errorhandling = "remove") %dopar% {
  if (i == 3) stop("no third") else i
}
cat("without the third:", rest, "\n")
stopifnot(identical(rest, c(1L, 2L, 4L)))

ended <- tryCatch(
  foreach(i = 1:4) %dopar% if (i == 3) stop("no third") else i,
  error = conditionMessage
)
cat(ended, "\n")
stopifnot(ended == 'task 3 failed - "no third"')

# A large value, kept once and read by every iteration.
redisSet("compat-table", matrix(1:6, 2))
sums <- foreach(row = 1:2, .combine = c, .packages = "doRedis") %dopar% {
  sum(redisGet("compat-table")[row, ])
}
cat("sums:", sums, "\n")
stopifnot(identical(sums, c(9L, 12L)))
redisDelete("compat-table")

removeQueue("jobs")
