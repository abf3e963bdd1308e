-- What somebody does in Neovim; what was seen goes to the file that $SEEN names.
local seen = {}
local LIMIT = 120000

local function until_(what, condition)
  if not vim.wait(LIMIT, condition, 20) then
    seen.gave_up = what
    error('gave up: ' .. what)
  end
end

local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, each.lnum, each.lnum + 1, true)[1]
    found[tostring(each.code)] = line:sub(each.col + 1, each.end_col)
  end
  return found
end

local function session()
  until_('diagnostics', function() return codes().NG214 end)
  seen.first = codes()

  -- Hover, as K shows it.
  vim.fn.search('grpc_read_timeout')
  vim.lsp.buf.hover()
  until_('hover', function() return #vim.api.nvim_list_wins() > 1 end)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
      seen.hover = table.concat(lines, '\n')
      vim.api.nvim_win_close(window, true)
    end
  end

  -- A fix is taken from the menu.
  vim.fn.search('grpc_set_header')
  vim.ui.select = function(items, _, choose)
    for number, item in ipairs(items) do
      if item[2].title:find('NG214') then return choose(item, number) end
    end
    seen.gave_up = 'no fix is offered'
  end
  vim.lsp.buf.code_action()
  until_('the fix', function() return not codes().NG214 end)
  seen.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')

  -- What is typed is judged before it is saved.
  local last = vim.fn.search('grpc_pass')
  vim.api.nvim_buf_set_lines(0, last, last, true, { '            grpc_send_timeout 0;' })
  until_('what was typed', function() return codes().NG211 end)
  seen.typed = codes()

  -- gd goes to the upstream, in another file.
  vim.fn.search('grpc://orders')
  vim.api.nvim_win_set_cursor(0, { vim.fn.line('.'), vim.fn.col('.') + 8 })
  vim.cmd('set hidden')
  vim.lsp.buf.definition()
  until_('the definition', function() return vim.fn.expand('%:t') == 'upstreams.conf' end)
  seen.went = { vim.fn.expand('%:t'), vim.fn.line('.') }
end

local ok, failure = pcall(session)
seen.failure = not ok and tostring(failure) or nil
local file = io.open(os.getenv('SEEN'), 'w')
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd('qall!')
