require_relative 'server'
require 'rack/deflater'
use Rack::Deflater
run Server
