/** What is wrong with one field of a form or a request; `field` is the API's name of it. */
export interface FieldFault {
  field: string
  message: string
}
