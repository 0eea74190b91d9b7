-- What wrk sends: NAMES counts up where each request needs a name of its own.
-- wrk ... -s load.lua URL -- METHOD PATH TOKEN NAMES [BODY-FILE]; "NAME" in path and body becomes the name.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  local method, path, token, body = args[1], args[2], args[3], ""
  names = tonumber(args[4])
  if args[5] then
    local file = io.open(args[5])
    body = file:read("*a")
    file:close()
  end
  count, failed = 0, 0
  local headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
  if names == 0 and method == "GET" then
    local fixed = wrk.format(method, path, headers)
    request = function() return fixed end
    return
  end
  request = function()
    count = count + 1
    local name = names > 0 and tostring((count * 7919 + id) % names) or (id .. "-" .. count)
    local text = body ~= "" and body:gsub("NAME", name) or nil
    return wrk.format(method, (path:gsub("NAME", name)), headers, text)
  end
end
