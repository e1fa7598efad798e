import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

class Server {
    static final int LAST = 40;

    static void events(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        boolean known = "Bearer secret".equals(headers.getFirst("Authorization"))
            || "ticket=secret".equals(exchange.getRequestURI().getQuery());
        if (!known) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        if (Files.exists(Path.of("deploying"))) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        var lastId = headers.getFirst("Last-Event-ID");
        int id = lastId == null ? 0 : Integer.parseInt(lastId);
        if (id >= LAST) {
            exchange.sendResponseHeaders(204, -1); // the client doesn't come back
            return;
        }
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, "retry: 1000\n\n");
        try {
            while (id < LAST) {
                id++;
                send(exchange, "id: " + id + "\nevent: tick\ndata: {\"n\":" + id + "}\n\n");
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException error) {
            System.out.println("left");
        }
        exchange.close();
    }

    static void chat(HttpExchange exchange) throws IOException {
        var json = new String(exchange.getRequestBody().readAllBytes());
        for (var word : json.replaceAll("^.*:\\s*\"|\"\\s*}$", "").split(" ")) {
            send(exchange, "data: \"" + word + "\"\n\n");
        }
        send(exchange, "data: [DONE]\n\n");
        exchange.close();
    }

    /** A response of unknown length, which the first call begins. */
    static void send(HttpExchange exchange, String text) throws IOException {
        if (exchange.getResponseCode() == -1) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
        }
        exchange.getResponseBody().write(text.getBytes());
        exchange.getResponseBody().flush();
    }

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/events", Server::events);
        server.createContext("/chat", Server::chat);
        server.setExecutor(Executors.newCachedThreadPool()); // or one stream blocks all others
        server.start();
    }
}
