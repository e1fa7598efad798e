<?php
const LAST = 40;

function stream(): void
{
    header('Content-Type: text/event-stream');
    header('Cache-Control: no-store');
    header('X-Accel-Buffering: no');
    ignore_user_abort(true); // to see the end of the connection below
    set_time_limit(0);
}

function send(string $text): void
{
    echo $text;
    if (ob_get_level() > 0) ob_flush(); // PHP's own buffer, and then the server's
    flush();
}

function events(): void
{
    $isKnown = ($_SERVER['HTTP_AUTHORIZATION'] ?? '') === 'Bearer secret';
    if (!$isKnown && ($_GET['ticket'] ?? '') !== 'secret') {
        http_response_code(401);
        return;
    }
    if (file_exists(__DIR__ . '/deploying')) {
        http_response_code(503);
        header('Retry-After: 1');
        return;
    }
    $id = (int) ($_SERVER['HTTP_LAST_EVENT_ID'] ?? 0);
    if ($id >= LAST) {
        http_response_code(204); // the client doesn't come back
        return;
    }
    stream();
    send("retry: 1000\n\n");
    while ($id < LAST) {
        $id++;
        send("id: $id\nevent: tick\ndata: {\"n\":$id}\n\n");
        if (connection_aborted()) {
            error_log('left');
            return;
        }
        usleep(50_000);
    }
}

function chat(): void
{
    $prompt = json_decode(file_get_contents('php://input'))->prompt;
    stream();
    foreach (explode(' ', $prompt) as $word) send('data: ' . json_encode($word) . "\n\n");
    send("data: [DONE]\n\n");
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$path === '/chat' ? chat() : events();
