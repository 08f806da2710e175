-- One booking a line of the file named in BENCH_BODIES; each is asked for once.
local lines = {}
for line in io.lines(os.getenv("BENCH_BODIES")) do lines[#lines + 1] = line end
local n = 0
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
wrk.headers["Content-Type"] = "application/json"
function request()
  n = n % #lines + 1
  return wrk.format(nil, nil, nil, lines[n])
end
