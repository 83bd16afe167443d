"""What may be said to a debtor: rules of wording as data, and who looks texts over."""
