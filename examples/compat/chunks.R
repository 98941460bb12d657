# Many small iterations, sent in chunks, their results bound into a matrix.
library(doRedis)

registerDoRedis("jobs", chunkSize = 25)

squares <- foreach(i = 1:200, .combine = rbind) %dopar% {
  c(number = i, square = i^2)
}
stopifnot(nrow(squares) == 200, all(squares[, 2] == (1:200)^2))
cat("sum of squares:", sum(squares[, "square"]), "\n")

# Chunks of one loop, and of all that follow.
small <- foreach(
  i = 1:10, .combine = c, .options.redis = list(chunkSize = 5, ftinterval = 5)
) %dopar% (i * 2)
stopifnot(identical(small, 1:10 * 2))

setChunkSize(3)
table <- foreach(a = 1:3, .combine = cbind) %:%
  foreach(b = 1:4, .combine = c) %dopar% (10 * a + b)
print(table)
stopifnot(table[4, 3] == 34)

removeQueue("jobs")
