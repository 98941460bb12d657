library(testthat)
library(rcluster)

test_check("rcluster")
