# A coordinator of CRAN's doRedis, on a worker of rcluster.
library(doRedis, lib.loc = "/opt/stock")
registerDoRedis("jobs", "127.0.0.1", 6391, "s3cret")
values <- foreach(i = 1:30, .combine = c) %dopar% sqrt(i)
stopifnot(identical(values, sqrt(1:30)))
cat("the coordinator of CRAN: all right\n")
