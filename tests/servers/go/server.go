package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const last = 40

func events(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer secret" && r.URL.Query().Get("ticket") != "secret" {
		w.WriteHeader(401)
		return
	}
	if _, err := os.Stat("deploying"); err == nil {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(503)
		return
	}
	id, _ := strconv.Atoi(r.Header.Get("Last-Event-ID"))
	if id >= last {
		w.WriteHeader(204) // the client doesn't come back
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprint(w, "retry: 1000\n\n")
	for id < last {
		id++
		fmt.Fprintf(w, "id: %d\nevent: tick\ndata: {\"n\":%d}\n\n", id, id)
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			log.Print("left")
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func chat(w http.ResponseWriter, r *http.Request) {
	var body struct{ Prompt string }
	json.NewDecoder(r.Body).Decode(&body)
	w.Header().Set("Content-Type", "text/event-stream")
	for _, word := range strings.Fields(body.Prompt) {
		text, _ := json.Marshal(word)
		fmt.Fprintf(w, "data: %s\n\n", text)
		w.(http.Flusher).Flush()
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func main() {
	http.HandleFunc("/events", events)
	http.HandleFunc("/chat", chat)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
