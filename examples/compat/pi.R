# Pi by sampling: a program as one writes it for doRedis.
library(doRedis)

registerDoRedis("jobs")

samples <- 1e5
set.seed(1)
estimate <- foreach(
  j = 1:20, .combine = sum, .multicombine = TRUE, .inorder = FALSE
) %dopar% {
  4 * sum(runif(samples)^2 + runif(samples)^2 < 1) / samples / 20
}

cat("pi is about", format(estimate, digits = 4), "\n")
stopifnot(abs(estimate - pi) < 0.02)

# The same seed gives the same numbers, whatever the number of workers.
set.seed(1)
again <- foreach(
  j = 1:20, .combine = sum, .multicombine = TRUE, .inorder = FALSE
) %dopar% {
  4 * sum(runif(samples)^2 + runif(samples)^2 < 1) / samples / 20
}
stopifnot(all.equal(again, estimate))

removeQueue("jobs")
