use Mojolicious::Lite -signatures;
use Mojo::JSON qw(encode_json);
use constant LAST => 40;

$| = 1;

get '/events' => sub ($c) {
  my $known = ($c->req->headers->authorization // '') eq 'Bearer secret';
  return $c->rendered(401) unless $known || ($c->param('ticket') // '') eq 'secret';
  if (-e 'deploying') {
    $c->res->headers->header('Retry-After' => 1);
    return $c->rendered(503);
  }
  my $id = $c->req->headers->header('Last-Event-ID') // 0;
  return $c->rendered(204) if $id >= LAST;    # the client doesn't come back
  $c->inactivity_timeout(300);                # 30 s by default, which ends a silent stream
  $c->res->headers->content_type('text/event-stream')->cache_control('no-store');
  $c->write("retry: 1000\n\n");
  my $timer = Mojo::IOLoop->recurring(0.05 => sub {
    return $c->finish if $id >= LAST;
    $id++;
    $c->write("id: $id\nevent: tick\ndata: " . encode_json({n => $id}) . "\n\n");
  });
  $c->on(finish => sub {
    Mojo::IOLoop->remove($timer);
    print "left\n" if $id < LAST;
  });
};

post '/chat' => sub ($c) {
  $c->res->headers->content_type('text/event-stream');
  $c->write('data: ' . encode_json($_) . "\n\n") for split ' ', $c->req->json->{prompt};
  $c->write("data: [DONE]\n\n");
  $c->finish;
};

app->start;
