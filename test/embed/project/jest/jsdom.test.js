/**
 * @jest-environment jsdom
 *
 * The same in a page's stead.
 */
require("./node.test.js");
