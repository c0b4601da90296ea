// A customer writes, an agent answers. LIVECHAT_URL says where the sandbox is: go run chat.go
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

type object = map[string]any

var url = "http://127.0.0.1:8100"

func ask(path string, body any, token string, answer any) {
	method, sent := "GET", io.Reader(nil)
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			log.Fatal(err)
		}
		method, sent = "POST", bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, url+path, sent)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		log.Fatalf("%s: %s", response.Status, text)
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		log.Fatal(err)
	}
}

func main() {
	if from := os.Getenv("LIVECHAT_URL"); from != "" {
		url = from
	}
	var config struct {
		OrganizationID string `json:"organization_id"`
		ClientID       string `json:"client_id"`
		RedirectURI    string `json:"redirect_uri"`
		Agents         []struct{ Token string }
	}
	ask("/sandbox/config", nil, "", &config)
	var customer struct {
		AccessToken string `json:"access_token"`
	}
	ask("/v2/customer/token", object{
		"grant_type": "cookie", "client_id": config.ClientID,
		"organization_id": config.OrganizationID, "redirect_uri": config.RedirectURI,
	}, "", &customer)
	act := func(action string, parameters any, answer any) {
		path := "/v3.6/customer/action/" + action + "?organization_id=" + config.OrganizationID
		ask(path, parameters, customer.AccessToken, answer)
	}

	var started struct {
		ChatID string `json:"chat_id"`
	}
	hello := []object{{"type": "message", "text": "Hello"}}
	act("start_chat", object{"chat": object{"thread": object{"events": hello}}}, &started)
	ask("/v3.6/agent/action/send_event", object{
		"chat_id": started.ChatID, "event": object{"type": "message", "text": "How can I help?"},
	}, config.Agents[0].Token, &object{})
	var chat struct {
		Thread struct{ Events []struct{ Text string } }
	}
	act("get_chat", object{"chat_id": started.ChatID}, &chat)
	for _, event := range chat.Thread.Events {
		fmt.Println(event.Text)
	}
}
