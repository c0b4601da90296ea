// An Angular application: @livechat/widget-angular as published.
import "zone.js";
import "@angular/compiler";
import { Component, NgModule, NgZone, inject } from "@angular/core";
import { BrowserModule, platformBrowser } from "@angular/platform-browser";
import {
  LiveChatWidgetModule,
  WidgetChatDataService,
  WidgetCustomerDataService,
  WidgetStateService,
} from "@livechat/widget-angular";
import { customer, license, report } from "./page.js";

const App = Component({
  selector: "main",
  standalone: false,
  template: `@if (group) {
    <livechat-widget [license]="license" [group]="group" visibility="maximized"
      [customerName]="customer.customerName" [customerEmail]="customer.customerEmail"
      [sessionVariables]="customer.sessionVariables" (onNewEvent)="heard($event)" />
  }`,
})(
  class {
    customer = customer;
    license = license;
    group = null;

    constructor() {
      inject(WidgetStateService).subject.subscribe((state) => report({ state }));
      inject(WidgetCustomerDataService).subject.subscribe((customer) => report({ customer }));
      inject(WidgetChatDataService).subject.subscribe((chat) => report({ chat }));
      const zone = inject(NgZone);
      window.app = {
        mount: (group = "0") => zone.run(() => (this.group = group)),
        unmount: () => zone.run(() => (this.group = null)),
      };
    }

    heard(event) {
      report({ event });
    }
  },
);

const Application = NgModule({
  declarations: [App],
  imports: [BrowserModule, LiveChatWidgetModule],
  bootstrap: [App],
})(class {});

platformBrowser().bootstrapModule(Application);
