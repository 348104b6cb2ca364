-- Update checks of a thousand sites.
local requests, at = {}, 0

init = function()
  for site = 1, 1000 do
    local body = string.format(
      '{"current_version":"1.0.%d","wp_version":"6.5.5","php_version":"8.2.21","site_url":"https://site-%d.example","channel":"stable"}',
      site % 3, site)
    local headers = { ["Content-Type"] = "application/json", ["User-Agent"] = "WordPress/6.5.5",
      ["X-Forwarded-For"] = string.format("10.1.%d.%d", math.floor(site / 250), site % 250 + 1) }
    requests[site] = wrk.format("POST", nil, headers, body)
  end
end

request = function()
  at = at % #requests + 1
  return requests[at]
end
