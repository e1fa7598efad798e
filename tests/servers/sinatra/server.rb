require 'json'
require 'sinatra/base'

LAST = 40

class Server < Sinatra::Base
  get '/events' do
    known = request.env['HTTP_AUTHORIZATION'] == 'Bearer secret' || params['ticket'] == 'secret'
    halt 401 unless known
    halt 503, { 'Retry-After' => '1' }, '' if File.exist?('deploying')
    id = request.env['HTTP_LAST_EVENT_ID'].to_i
    halt 204 if id >= LAST # the client doesn't come back
    headers 'Content-Type' => 'text/event-stream', 'Cache-Control' => 'no-store'
    stream do |out|
      out << "retry: 1000\n\n"
      while id < LAST
        id += 1
        out << "id: #{id}\nevent: tick\ndata: #{{ n: id }.to_json}\n\n"
        sleep 0.05
      end
    ensure
      $stdout.puts 'left' if id < LAST
      $stdout.flush
    end
  end

  post '/chat' do
    prompt = JSON.parse(request.body.read)['prompt']
    headers 'Content-Type' => 'text/event-stream'
    stream do |out|
      prompt.split.each { |word| out << "data: #{word.to_json}\n\n" }
      out << "data: [DONE]\n\n"
    end
  end
end
