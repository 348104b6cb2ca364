-- Downloads from twenty thousand addresses.
local requests, at = {}, 0

init = function()
  for site = 1, 20000 do
    local headers = { ["User-Agent"] = "WordPress/6.5.5",
      ["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.floor(site / 62500) + 2, math.floor(site / 250) % 250, site % 250 + 1) }
    requests[site] = wrk.format("GET", nil, headers)
  end
  -- Each thread begins somewhere else.
  at = math.random(#requests)
end

request = function()
  at = at % #requests + 1
  return requests[at]
end
